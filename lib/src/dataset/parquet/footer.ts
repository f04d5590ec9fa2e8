import { type FileMetaData, parquetMetadata } from 'hyparquet';
import type { ParquetSource } from './parquet-source.js';
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
