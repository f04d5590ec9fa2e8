import { join, posix } from 'node:path';
import { DatasetError } from '../errors.js';
import { isFile } from '../files.js';
import { METADATA, type Metadata, readMetadata } from './read-metadata.js';

/** A clip that metadata names. */
export interface MetadataRow {
  /** Of its file, relative to the folder of the data set. */
  parts: readonly string[];
  values: ReadonlyMap<string, unknown>;
}

/** What all tables of a folder say. */
export interface MetadataRows {
  /** Without `file_name`. */
  columns: readonly string[];
  rows: MetadataRow[];
}

const FILE_NAME = 'file_name';
/** What every row has already. */
const TAKEN = ['file', 'audio'];

/** Whether a file is a table of metadata. */
export const isMetadata = (parts: readonly string[]): boolean => METADATA.includes(parts[parts.length - 1]);

/**
 * The rows of `metadata.csv` or `.jsonl` files, as Python's `audiofolder` reads them: each names files below its own
 * folder.
 *
 * @param tables - paths relative to `root`, in parts
 * @param known - paths of files that there are
 * @throws DatasetError for tables that are damaged or differ in their columns, and for a `file_name` that is missing, leads
 * out of the table's folder or to no file
 */
export async function metadataRows(
  root: string,
  tables: readonly (readonly string[])[],
  known: ReadonlySet<string>,
): Promise<MetadataRows> {
  const read = await Promise.all(
    tables.map(async (parts) => ({ parts, table: await readMetadata(join(root, ...parts)) })),
  );
  const [first] = read;
  const kinds = METADATA.map((kind) => tables.find((parts) => parts[parts.length - 1] === kind));
  if (!kinds.includes(undefined)) {
    const both = kinds.map((parts) => parts!.join('/')).join(' and ');
    throw new DatasetError(`${root} has metadata of two kinds, ${both}; give all of it as one of them`);
  }
  for (const { parts, table } of read) {
    const path = join(root, ...parts);
    requireColumns(path, table);
    const [here, there] = [new Set(table.columns), new Set(first.table.columns)];
    const different = [...here, ...there].filter((name) => !here.has(name) || !there.has(name));
    if (different.length === 0) continue;
    const other = join(root, ...first.parts);
    throw new DatasetError(
      `${path} and ${other} differ in their columns (${different.join(', ')}); give them the same`,
    );
  }
  const rows: MetadataRow[] = [];
  for (const { parts, table } of read) {
    for (const { line, values } of table.rows) {
      const where = `${join(root, ...parts)}: line ${line}`;
      const name = values.get(FILE_NAME);
      const target = [...parts.slice(0, -1), ...inside(name, where)];
      if (!known.has(target.join('/')) && !(await isFile(join(root, ...target)))) {
        throw new DatasetError(`${where}: there is no file '${name}' in the folder of the table`);
      }
      rows.push({ parts: target, values });
    }
  }
  return { columns: first.table.columns.filter((name) => name !== FILE_NAME), rows };
}

function requireColumns(path: string, { columns }: Metadata): void {
  if (!columns.includes(FILE_NAME)) {
    const found = `its columns are ${columns.join(', ')}`;
    throw new DatasetError(`${path} has no column ${FILE_NAME} (${found}); name the clips in one, or remove the table`);
  }
  const taken = columns.find((name) => TAKEN.includes(name));
  if (taken === undefined) return;
  throw new DatasetError(`${path} has a column '${taken}', which every row has already; give it another name`);
}

/** The parts of a `file_name`. */
function inside(name: unknown, where: string): string[] {
  if (typeof name !== 'string' || name === '') throw new DatasetError(`${where} has no ${FILE_NAME}; name its clip`);
  const path = posix.normalize(name.replaceAll('\\', '/'));
  if (posix.isAbsolute(path) || /^[a-z]:|:\/\//i.test(name) || path === '..' || path.startsWith('../')) {
    const wanted = 'give a path relative to the folder of the table, that stays in it';
    throw new DatasetError(`${where}: ${FILE_NAME} is '${name}'; ${wanted}`);
  }
  return path.split('/');
}
