import type { ColumnMetaData, FileMetaData } from 'hyparquet';
import type { ParquetSource } from './parquet-source.js';

/** Where a column of a group is in the file. */
export interface ChunkPlace {
  path: readonly string[];
  rows: number;
  column: ColumnMetaData;
  start: number;
  end: number;
}

/** Columns with less between them are read together, in bytes: a request over the network costs more. */
const GAP = 64 * 1024;

/** Finds a column of a group. */
export function findChunk(
  metadata: FileMetaData,
  group: number,
  path: readonly string[],
  { byteLength }: ParquetSource,
): ChunkPlace {
  const { columns, num_rows: rows } = metadata.row_groups[group];
  const name = path.join('.');
  const chunk = columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === name);
  const column = chunk?.meta_data;
  if (!column) throw new Error(`group ${group} has no column ${name}`);
  if (chunk.file_path || chunk.crypto_metadata) throw new Error(`the column ${name} is encrypted, or in another file`);
  const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size: size } = column;
  const start = dictionary || data;
  const isPlace = [start, size, column.num_values].every((number) => typeof number === 'bigint' && number >= 0n);
  if (!isPlace || start + size > BigInt(byteLength)) throw new Error(`the column ${name} lies outside of the file`);
  if (column.num_values !== rows) throw new Error(`the column ${name} has ${column.num_values} values in ${rows} rows`);
  return { path, rows: Number(rows), column, start: Number(start), end: Number(start + size) };
}

/** The bytes of columns, in their order. */
export async function readChunks(
  file: ParquetSource,
  places: readonly ChunkPlace[],
): Promise<Uint8Array<ArrayBuffer>[]> {
  const runs: { start: number; end: number; bytes?: ArrayBuffer }[] = [];
  for (const { start, end } of [...places].sort((a, b) => a.start - b.start)) {
    const run = runs.at(-1);
    if (run && start <= run.end + GAP) run.end = Math.max(run.end, end);
    else runs.push({ start, end });
  }
  for (const run of runs) run.bytes = await file.slice(run.start, run.end);
  return places.map(({ start, end }) => {
    const run = runs.findLast((candidate) => candidate.start <= start)!;
    return new Uint8Array(run.bytes!, start - run.start, end - start);
  });
}
