import { brotliDecompressSync, unzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { compressors, decompressLz4, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';
import { varint } from './thrift.js';

/** None of these writes more than `length` bytes. */
const CODECS: Partial<Record<CompressionCodec, (input: Uint8Array, length: number) => Uint8Array>> = {
  UNCOMPRESSED: (input) => input,
  SNAPPY: snappy,
  // Node's own stop at the length that was promised.
  GZIP: (input, length) => unzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: zstd,
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};

/**
 * The bytes of a page.
 *
 * @param length - what they are without compression, as its header says; the caller has checked that it may be so much
 * @throws Error if it is damaged
 */
export function decompress(codec: CompressionCodec, input: Uint8Array, length: number): Uint8Array {
  const decoder = CODECS[codec];
  if (!decoder) throw new Error(`its compression ${codec} is not supported`);
  const output = length === 0 ? new Uint8Array() : decoder(input, length);
  requireLength(output.length, length);
  return output;
}

function requireLength(found: number, length: number): void {
  if (found !== length) throw new Error(`a page unpacks to ${found} bytes, not ${length}`);
}

function snappy(input: Uint8Array, length: number): Uint8Array {
  requireLength(varint({ bytes: input, offset: 0 }, 5), length);
  return compressors.SNAPPY!(input, length);
}

function zstd(input: Uint8Array, length: number): Uint8Array {
  // A frame whose header names another size would be unpacked into as much memory as it wants.
  const size = zstdSize(input);
  if (size !== undefined) requireLength(size, length);
  return decompressZstd(input, new Uint8Array(length));
}

/** The size that a Zstandard frame promises; undefined where it promises none. RFC 8878, 3.1.1.1. */
function zstdSize(input: Uint8Array): number | undefined {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const flags = view.getUint8(4);
  const single = (flags >> 5) & 1;
  const at = 6 - single + [0, 1, 2, 4][flags & 3];
  switch (flags >> 6) {
    case 0:
      return single ? view.getUint8(at) : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
