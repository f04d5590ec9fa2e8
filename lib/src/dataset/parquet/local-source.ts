import { open, stat } from 'node:fs/promises';
import { readFully } from '../../files.js';
import { unpackLimits } from '../unpack-limits.js';
import type { ParquetSource } from './parquet-source.js';

/** Options of {@link localSource}. */
export interface LocalSourceOptions {
  /** In MB; see {@link unpackLimits}. */
  maxUnpackedSize?: number;
  /** What to do where it is damaged. */
  advice?: string;
  /** Told of all bytes that are read. */
  read?: (bytes: number) => void;
}

/** A Parquet file on this machine. It is open only while something is read. */
export async function localSource(
  path: string,
  { maxUnpackedSize, advice, read }: LocalSourceOptions = {},
): Promise<ParquetSource> {
  const { size } = await stat(path);
  return {
    name: path,
    byteLength: size,
    limits: unpackLimits(size, maxUnpackedSize),
    advice,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      const handle = await open(path);
      try {
        if (!(await readFully(handle, bytes, start))) throw new Error('it is cut off');
      } finally {
        await handle.close();
      }
      read?.(bytes.length);
      return bytes.buffer;
    },
  };
}
