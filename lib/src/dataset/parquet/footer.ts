import { type ColumnMetaData, type FileMetaData, parquetMetadata } from 'hyparquet';
import type { ParquetSource } from './open-parquet.js';
import { endOfStruct } from './thrift.js';

/** The footer of most files is in it, in bytes. */
const FIRST_READ = 512 * 1024;
/** Enough for a hundred thousand groups of rows, in bytes. */
const LONGEST = 64 * 1024 * 1024;

/**
 * What a Parquet file says of itself, at its end.
 *
 * @throws Error if it is damaged: where hyparquet finds that out in the middle of reading, it leaves promises behind whose
 * rejection ends the process
 */
export async function readFooter(file: ParquetSource): Promise<FileMetaData> {
  const { byteLength } = file;
  if (byteLength < 12) throw new Error('it is too short');
  const start = Math.max(0, byteLength - FIRST_READ);
  let tail = new Uint8Array(await file.slice(start, byteLength));
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (view.getUint32(tail.length - 4, true) !== 0x31524150)
    throw new Error('it does not end as Parquet does; is it cut off?');
  const length = view.getUint32(tail.length - 8, true);
  if (length > byteLength - 8 || length > LONGEST) throw new Error(`its footer claims ${length} bytes`);
  if (length + 8 > tail.length) tail = new Uint8Array(await file.slice(byteLength - 8 - length, byteLength));
  endOfStruct(tail.subarray(0, tail.length - 8), tail.length - 8 - length);
  const metadata = parquetMetadata(tail, { geoparquet: false });
  for (const { num_rows: rows } of metadata.row_groups) {
    if (typeof rows !== 'bigint' || rows < 0n) throw new Error(`a group of rows has ${rows} of them`);
  }
  return metadata;
}

/** Where a column of a group is in the file. */
export interface ChunkPlace {
  start: number;
  end: number;
  column: ColumnMetaData;
}

/** Finds a column of a group. */
export function findChunk(
  metadata: FileMetaData,
  group: number,
  path: readonly string[],
  byteLength: number,
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
  return { start: Number(start), end: Number(start + size), column };
}
