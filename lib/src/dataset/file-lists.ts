import { readFile } from 'node:fs/promises';
import { AUDIO_ENDINGS } from '../audio/endings.js';
import { DatasetError, ParameterError } from '../errors.js';
import { pathOf } from '../files.js';

/** Parts of a data set, each as names of files, or as the path of a text file that lists them. */
export type FileLists<Part extends string> = { readonly [part in Part]: string | readonly string[] };

/** What `splitByFiles` does with names that lead to no row: throw (the default), or leave them out. */
export type OnMissing = 'throw' | 'skip';

const ENDING = new RegExp(`\\.(${AUDIO_ENDINGS.join('|')})$`, 'i');
/** A first column in quotation marks, which are doubled within. */
const QUOTED = /^"((?:[^"]|"")*)"\s*(?=[\t,]|$)/;
/** A first line that says what stands below. */
const HEADER = /^(file_?name|file|path|name|track|song_file)$/i;
/** Names in a message. */
const SHOWN = 3;

/**
 * The rows of each list, in its order, as numbers from 0; `rest` are those that none names.
 *
 * A name is the end of a path, in whole parts, with or without the ending of an audio file, for lists are published for
 * files that came in another format; the ending decides where there are several. Where no path ends so, the name may lie
 * below folders that the data set does not have: they do not count, while 'right/1.wav' is not the clip 'yes/1.wav' of a
 * data set with a folder 'right'.
 *
 * @param files - of all rows
 * @throws DatasetError for names of no row or of several, and for rows that are named twice
 */
export async function rowsOfLists<Part extends string>(
  files: readonly string[],
  lists: FileLists<Part>,
  onMissing: OnMissing,
): Promise<Record<Part | 'rest', number[]>> {
  const named = Object.keys(lists) as Part[];
  if (named.length === 0) throw new ParameterError('There is no list; give { train, test }');
  if (named.includes('rest' as Part))
    throw new ParameterError("'rest' is what no list names; give the list another name");
  const paths = new Paths(files);
  const partOf = new Map<number, Part>();
  const rows = {} as Record<Part | 'rest', number[]>;
  for (const part of named) {
    const missing: string[] = [];
    rows[part] = [];
    for (const name of await namesOf(part, lists[part], paths)) {
      const row = rowOf(name, part, paths);
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

/** The parts of a path. */
function parts(name: string): string[] {
  const all = name.replaceAll('\\', '/').split('/');
  return all.filter((part) => part !== '' && part !== '.');
}

/** The parts of a path, without the ending of an audio file. */
const stem = (name: string): string[] => parts(name.replace(ENDING, ''));

/** The paths of all rows, to look names up in. */
class Paths {
  readonly files: readonly string[];
  /** Without endings, in parts. */
  readonly #paths: readonly string[][];
  /** The rows by the last part of their path, and by the last two. */
  readonly #byEnd = new Map<string, number[]>();
  /** The names of all folders below the one in which all files lie. */
  readonly #folders: ReadonlySet<string>;

  constructor(files: readonly string[]) {
    this.files = files;
    const paths = files.map(stem);
    for (const [row, path] of paths.entries()) {
      for (const end of new Set([endOf(path, 1), endOf(path, 2)])) {
        const rows = this.#byEnd.get(end);
        if (rows) rows.push(row);
        else this.#byEnd.set(end, [row]);
      }
    }
    let root = 0;
    while (paths.length > 0 && paths.every((path) => root < path.length - 1 && path[root] === paths[0][root])) root++;
    this.#folders = new Set(paths.flatMap((path) => path.slice(root, -1)));
    this.#paths = paths;
  }

  /** The rows whose path ends with a name; those alone whose ending is the name's, too, if there are any. */
  called(name: string): readonly number[] {
    const wanted = stem(name);
    const found = this.#near(wanted).filter((row) => sameParts(this.#paths[row], wanted) === wanted.length);
    if (found.length <= 1) return found;
    const whole = parts(name).join('/');
    const same = found.filter((row) => `/${parts(this.files[row]).join('/')}`.endsWith(`/${whole}`));
    return same.length > 0 ? same : found;
  }

  /** The rows whose path ends with the end of a name, where the data set has no folder that is called as what is above. */
  below(name: string): readonly number[] {
    const wanted = stem(name);
    if (!this.#folders.has(wanted.at(-2) ?? '')) return this.#byEnd.get(endOf(wanted, 1)) ?? [];
    return this.#near(wanted).filter((row) => !this.#folders.has(wanted.at(-1 - sameParts(this.#paths[row], wanted))!));
  }

  #near(wanted: readonly string[]): readonly number[] {
    return this.#byEnd.get(endOf(wanted, 2)) ?? [];
  }
}

/** The last parts of a path. */
const endOf = (path: readonly string[], count: number): string => path.slice(-count).join('/');

/** How many parts, from the last on, are the same in two paths. */
function sameParts(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < Math.min(a.length, b.length) && a.at(-1 - count) === b.at(-1 - count)) count++;
  return count;
}

function rowOf(name: string, part: string, paths: Paths): number | undefined {
  const called = paths.called(name);
  const found = called.length > 0 ? called : paths.below(name);
  if (found.length <= 1) return found[0];
  const [one, other] = found.map((row) => paths.files[row]);
  throw new DatasetError(`${part}: '${name}' may be ${one} or ${other}; give more of its path`);
}

async function namesOf(part: string, list: string | readonly string[], paths: Paths): Promise<readonly string[]> {
  if (typeof list === 'string') return linesOf(list, paths);
  if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  throw new ParameterError(`${part} is no list; give names of files, or the path of a text file with one in each line`);
}

/**
 * The names in the lines of a text file: the whole line, where a file is called so; else its first column, before a tab or
 * a comma, in quotation marks or without. What begins with # is a comment, unless a file is called so.
 */
async function linesOf(path: string, paths: Paths): Promise<string[]> {
  const text = await readFile(pathOf(path), 'utf8').catch((cause: Error) => {
    throw new DatasetError(`The list ${path} cannot be read: ${cause.message}`, { cause });
  });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const isFile = (name: string) => paths.called(name).length > 0;
  const names = lines.map((line) => {
    const whole = line.trim();
    const quoted = QUOTED.exec(whole);
    if (quoted) return quoted[1].replaceAll('""', '"');
    if (isFile(whole)) return whole;
    const first = whole.split(/[\t,]/)[0].trim();
    return first.startsWith('#') && !isFile(first) ? '' : first;
  });
  const named = names.filter((name) => name !== '');
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
