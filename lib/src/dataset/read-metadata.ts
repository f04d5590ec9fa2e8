import { readFile, stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { DatasetError } from '../errors.js';
import { isObject } from '../json.js';

/** Names of files that say what clips are, as in Python's `datasets`. */
export const METADATA: readonly string[] = ['metadata.csv', 'metadata.jsonl'];

/** The largest table that is read, in bytes: far more than a million rows. */
const LARGEST = 256e6;

/** A table that says what clips are. */
export interface Metadata {
  columns: readonly string[];
  /** The values of each row, by column; null where there is none. */
  rows: { line: number; values: ReadonlyMap<string, unknown> }[];
}

/**
 * Reads a `metadata.csv` (whose numbers and truth values become such, column by column, as in pandas) or `metadata.jsonl`.
 *
 * @throws DatasetError, which names file and line, if it is damaged or too large
 */
export async function readMetadata(file: string): Promise<Metadata> {
  const { size } = await stat(file);
  if (size > LARGEST) {
    throw new DatasetError(`${file} has ${size} bytes; at most ${LARGEST} are read: divide it, a folder for each part`);
  }
  const bytes = await readFile(file);
  let text: string;
  try {
    // Takes a byte order mark away.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DatasetError(`${file} is not UTF-8: save it as such`, { cause });
  }
  const table = file.endsWith('.csv') ? fromCsv(file, text) : fromLines(file, text);
  if (table.rows.length === 0) throw new DatasetError(`${file} has no rows`);
  return table;
}

function fromCsv(file: string, text: string): Metadata {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, { info: true, skip_empty_lines: true }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DatasetError(`${file} cannot be read as CSV: ${error.message}`, { cause: error });
  }
  const [header, ...body] = records;
  const columns = header?.record ?? [];
  const seen = new Set<string>();
  const twice = columns.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw new DatasetError(`${file} has two columns '${twice}'; give each a name of its own`);
  const values = columns.map((_, i) => typed(body.map(({ record }) => record[i])));
  return {
    columns,
    rows: body.map(({ info }, row) => ({
      line: info.lines,
      values: new Map(columns.map((name, i) => [name, values[i][row]])),
    })),
  };
}

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;
const TRUTH = /^(true|false)$/i;

/** The cells of a column; empty ones are null. */
function typed(cells: readonly string[]): (string | number | boolean | null)[] {
  const given = cells.filter((cell) => cell !== '');
  const all = (pattern: RegExp) => given.length > 0 && given.every((cell) => pattern.test(cell));
  // What float64 cannot hold to the last digit, a long number of a track, stays a word.
  const isExact = (cell: string) => /[.e]/i.test(cell) || Number.isSafeInteger(Number(cell));
  const convert =
    all(NUMBER) && given.every(isExact)
      ? Number
      : all(TRUTH)
        ? (cell: string) => /^true$/i.test(cell)
        : (cell: string) => cell;
  return cells.map((cell) => (cell === '' ? null : convert(cell)));
}

function fromLines(file: string, text: string): Metadata {
  const columns = new Set<string>();
  const rows: Metadata['rows'] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fail = (reason: string): never => {
      throw new DatasetError(`${file}: line ${i + 1} ${reason}; give a JSON object in each line`);
    };
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (cause) {
      fail(`cannot be read as JSON: ${(cause as Error).message}`);
    }
    if (!isObject(json)) return fail('holds no JSON object');
    const values = new Map(Object.entries(json));
    for (const name of values.keys()) columns.add(name);
    rows.push({ line: i + 1, values });
  }
  return { columns: [...columns], rows };
}
