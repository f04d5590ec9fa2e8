import { readFile } from 'node:fs/promises';
import { AUDIO_ENDINGS } from '../audio/endings.js';
import { DatasetError, ParameterError } from '../errors.js';
import { pathOf } from '../files.js';

/** Parts of a data set, each as names of files, or as the path of a text file that lists them. */
export type FileLists<Part extends string> = { readonly [part in Part]: string | readonly string[] };

/** What `splitByFiles` does with names that lead to no row: throw (the default), or leave them out. */
export type OnMissing = 'throw' | 'skip';

const ENDING = new RegExp(`\\.(${AUDIO_ENDINGS.join('|')})$`, 'i');
/** A first line that says what stands below. */
const HEADER = /^(file_?name|file|path|name|track|song_file)$/i;
/** Names in a message. */
const SHOWN = 3;

/**
 * The rows of each list, in its order, as numbers from 0; `rest` are those that none names.
 *
 * A name is the end of a path, in whole parts, with or without the ending of an audio file, for lists are published for
 * files that came in another format; where no path ends so, its last part alone counts.
 *
 * @param files - of all rows
 * @throws DatasetError for names of no row or of several, and for rows that are named twice
 */
export async function rowsOfLists<Part extends string>(
  files: readonly string[],
  lists: FileLists<Part>,
  onMissing: OnMissing,
): Promise<Record<Part | 'rest', number[]>> {
  const parts = Object.keys(lists) as Part[];
  if (parts.length === 0) throw new ParameterError('There is no list; give { train, test }');
  if (parts.includes('rest' as Part))
    throw new ParameterError("'rest' is what no list names; give the list another name");
  const byName = new Map<string, number[]>();
  files.forEach((file, row) => {
    const name = stem(file).at(-1)!;
    byName.set(name, [...(byName.get(name) ?? []), row]);
  });
  const partOf = new Map<number, Part>();
  const rows = {} as Record<Part | 'rest', number[]>;
  for (const part of parts) {
    const missing: string[] = [];
    rows[part] = [];
    for (const name of await namesOf(part, lists[part])) {
      const row = rowOf(name, part, files, byName);
      if (row === undefined) missing.push(name);
      else if (partOf.has(row)) throw twice(name, part, partOf.get(row)!);
      else {
        partOf.set(row, part);
        rows[part].push(row);
      }
    }
    if (missing.length > 0 && onMissing === 'throw') throw noRows(part, missing);
    if (rows[part].length === 0)
      throw new DatasetError(`${part} names no file of the data set; its names are ${shown(missing)}`);
  }
  rows.rest = Array.from(files.keys()).filter((row) => !partOf.has(row));
  return rows;
}

/** The parts of a path, without the ending of an audio file. */
function stem(name: string): string[] {
  const parts = name.replaceAll('\\', '/').replace(ENDING, '').split('/');
  return parts.filter((part) => part !== '' && part !== '.');
}

function rowOf(
  name: string,
  part: string,
  files: readonly string[],
  byName: ReadonlyMap<string, readonly number[]>,
): number | undefined {
  const wanted = stem(name);
  const called = byName.get(wanted.at(-1) ?? '') ?? [];
  const end = `/${wanted.join('/')}`;
  const exact = called.filter((row) => `/${stem(files[row]).join('/')}`.endsWith(end));
  const found = exact.length > 0 ? exact : called;
  if (found.length <= 1) return found[0];
  const [one, other] = found.map((row) => files[row]);
  throw new DatasetError(`${part}: '${name}' may be ${one} or ${other}; give more of its path`);
}

async function namesOf(part: string, list: string | readonly string[]): Promise<readonly string[]> {
  if (typeof list === 'string') return linesOf(list);
  if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  throw new ParameterError(`${part} is no list; give names of files, or the path of a text file with one in each line`);
}

/** The first column of a text file: what stands before a tab or a comma. */
async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(pathOf(path), 'utf8').catch((cause: Error) => {
    throw new DatasetError(`The list ${path} cannot be read: ${cause.message}`, { cause });
  });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = lines.map((line) =>
    line
      .split(/[\t,]/)[0]
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  );
  const named = names.filter((name) => name !== '' && !name.startsWith('#'));
  if (named.length > 0 && HEADER.test(named[0])) named.shift();
  if (named.length === 0) throw new DatasetError(`The list ${path} is empty; give a name in each line`);
  return named;
}

function noRows(part: string, missing: readonly string[]): DatasetError {
  return new DatasetError(
    `${part} names ${missing.length} files that the data set does not have: ${shown(missing)}. ` +
      "Correct the list, or leave them out with { onMissing: 'skip' }",
  );
}

function twice(name: string, part: string, other: string): DatasetError {
  const where = part === other ? `twice in ${part}` : `in ${part} and in ${other}`;
  return new DatasetError(`'${name}' is ${where}; a clip may be in one list alone, and once`);
}

const shown = (names: readonly string[]): string =>
  names
    .slice(0, SHOWN)
    .map((name) => `'${name}'`)
    .join(', ') + (names.length > SHOWN ? ' …' : '');
