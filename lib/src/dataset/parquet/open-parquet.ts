import { DatasetError, OnpaError } from '../../errors.js';
import { isSystemError } from '../../files.js';
import { requireRows } from '../unpack-limits.js';
import { type ClassColumn, clipColumns } from './clip-columns.js';
import { findChunk, readChunks } from './find-chunks.js';
import { readFooter } from './footer.js';
import type { ParquetSource } from './parquet-source.js';
import { readValues } from './read-values.js';

/** A row: the file that it holds, and a class for each column of them, −1 where it has none. */
export interface ParquetClip {
  bytes: Uint8Array;
  path: string | undefined;
  labels: number[];
}

/** A Parquet file with sound in it, as `datasets` writes them. */
export interface ParquetClips {
  /** Of each group; a file is read by groups. */
  rows: readonly number[];
  /** In Hz; undefined where each clip has its own. */
  sampleRate: number | undefined;
  classes: readonly ClassColumn[];
  /** The clips of a group. Only the columns of sound and classes are read. */
  read(group: number): Promise<ParquetClip[]>;
}

/**
 * Opens a Parquet file with sound and class labels.
 *
 * @throws DatasetError if it is damaged, claims or unpacks to more than its limits, or has no sound or no class labels
 */
export async function openParquet(source: ParquetSource): Promise<ParquetClips> {
  const { name, limits } = source;
  return named(source, async () => {
    const metadata = await readFooter(source);
    const rows = metadata.row_groups.map((group) => Number(group.num_rows));
    requireRows(
      name,
      rows.reduce((sum, count) => sum + count, 0),
      limits,
    );
    const { sampleRate, audio, path, classes } = clipColumns(metadata, source);
    return {
      rows,
      sampleRate,
      classes,
      read: (group) =>
        named(source, async () => {
          if (rows[group] === 0) return [];
          const columns = [audio, ...classes.map(({ column }) => [column]), ...(path ? [path] : [])];
          const places = columns.map((column) => findChunk(metadata, group, column, source));
          const chunks = await readChunks(source, places);
          const unpacked = { name, bytes: 0, limits };
          const values = places.map((place, i) => readValues(chunks[i], place, metadata, unpacked));
          const [bytes, ...labels] = values;
          const paths = path ? labels.pop()! : [];
          const before = rows.slice(0, group).reduce((sum, count) => sum + count, 0);
          return bytes.map((clip, i) => {
            if (!(clip instanceof Uint8Array)) throw new DatasetError(`${name}: row ${before + i} has no audio in it`);
            return {
              bytes: clip,
              path: typeof paths[i] === 'string' ? paths[i] : undefined,
              labels: classes.map((column, c) => labelOf(name, before + i, column, labels[c][i])),
            };
          });
        }),
    };
  });
}

function labelOf(name: string, row: number, { column, names }: ClassColumn, value: unknown): number {
  const label = Number(value ?? -1);
  if (Number.isInteger(label) && label >= -1 && label < names.length) return label;
  throw new DatasetError(`${name}: '${column}' of row ${row} is ${value}, but it has ${names.length} classes`);
}

/** Names the file in all errors. */
async function named<T>({ name, advice }: ParquetSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof OnpaError || isSystemError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(`${name} cannot be read as Parquet: ${reason}${advice ? `. ${advice}` : ''}`, { cause });
  }
}
