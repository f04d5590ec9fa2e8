import type { CompressionCodec, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { requireBytes, type UnpackLimits } from '../unpack-limits.js';
import { decompress } from './decompress.js';
import { endOfStruct, varint } from './thrift.js';

/** What is known of a column without repetition before its pages are looked at. */
export interface ColumnShape {
  codec: CompressionCodec;
  /** How many of its own and its parents' values may be missing. */
  maxDefinitionLevel: number;
  /** Of the group of rows. */
  rows: number;
}

/** How much a group of rows has unpacked to so far, and the most that its file may. */
export interface Unpacked {
  name: string;
  bytes: number;
  limits: UnpackLimits;
}

/** The pages of a column. */
export interface CheckedPages {
  /** What they unpack to, by where their packed bytes begin in the memory that the column is a part of. */
  unpacked: Map<number, Uint8Array>;
  /** The bytes that have been checked; what follows them is not to be read. */
  end: number;
}

/**
 * Unpacks the pages of a column.
 *
 * hyparquet believes what a page says of itself. Here is checked that its sizes fit into the chunk, that all pages have
 * as many values as the group has rows, and that no run of repeated values is longer: what it makes of them then is as
 * large as the file says, and no larger.
 *
 * @throws DatasetError if they unpack to more than the file may, before they do
 * @throws Error if they are damaged
 */
export function checkPages(chunk: Uint8Array, shape: ColumnShape, unpacked: Unpacked): CheckedPages {
  const pages = new Map<number, Uint8Array>();
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let values = 0;
  let at = 0;
  while (values < shape.rows) {
    const start = endOfStruct(chunk, at);
    const header = parquetHeader({ view, offset: at });
    requireSize(header.compressed_page_size, chunk.length - start);
    requireSize(header.uncompressed_page_size, 2 ** 31);
    at = start + header.compressed_page_size;
    // A page of version 2 has its levels before what is packed.
    const levels = levelsOf(header, shape);
    const packed = chunk.subarray(start + levels, at);
    const size = header.uncompressed_page_size - levels;
    requireSize(size, 2 ** 31);
    unpacked.bytes += size;
    requireBytes(unpacked.name, unpacked.bytes, unpacked.limits);
    const isPacked = header.data_page_header_v2?.is_compressed !== false;
    const page = isPacked ? decompress(shape.codec, packed, size) : packed;
    if (isPacked) pages.set(packed.byteOffset, page);
    values += valuesOf(header, shape, page, chunk.subarray(start, start + levels));
    if (values > shape.rows) throw new Error(`a column has more values than the ${shape.rows} rows of its group`);
  }
  return { unpacked: pages, end: at };
}

/** The values of a data page; 0 for a dictionary. */
function valuesOf(header: PageHeader, shape: ColumnShape, page: Uint8Array, levels: Uint8Array): number {
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
  if (header.type === 'DICTIONARY_PAGE' && dictionary) {
    // Each of its values has 4 bytes or more.
    requireSize(dictionary.num_values, page.length / 4);
    return 0;
  }
  const data = header.type === 'DATA_PAGE' ? first : header.type === 'DATA_PAGE_V2' ? second : undefined;
  if (!data) throw new Error(`a page of type ${header.type} is not supported`);
  const { num_values: count, encoding } = data;
  requireSize(count, shape.rows);
  if (second && data === second) {
    requireSize(second.num_nulls, count);
    if (second.num_rows !== count) throw new Error(`a page has ${count} values in ${second.num_rows} rows`);
  }
  if (!encoding || encoding === 'DELTA_BYTE_ARRAY' || encoding === 'BIT_PACKED') {
    throw new Error(`the encoding ${encoding} is not supported; write it again with PLAIN`);
  }
  let at = 0;
  if (shape.maxDefinitionLevel > 0) {
    const width = 32 - Math.clz32(shape.maxDefinitionLevel);
    if (data === first) {
      const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(0, true);
      requireSize(length, page.length - 4);
      checkRuns(page, 4, width, count);
      at = 4 + length;
    } else checkRuns(levels, 0, width, count);
  }
  if (/DICTIONARY|^RLE$/.test(encoding) && at < page.length) checkRuns(page, at + 1, page[at], count);
  return count;
}

/** Runs of repeated or packed values: none may be longer than there are values. */
function checkRuns(bytes: Uint8Array, offset: number, width: number, count: number): void {
  const cursor = { bytes, offset };
  for (let seen = 0; seen < count && cursor.offset < bytes.length; ) {
    const header = varint(cursor, 5);
    const isPacked = header % 2 === 1;
    const run = Math.floor(header / 2) * (isPacked ? 8 : 1);
    // Packed values come by eight.
    if (run >= count - seen + (isPacked ? 8 : 1)) throw new Error(`a run of ${run} values is longer than its page`);
    seen += run;
    cursor.offset += isPacked ? (run / 8) * width : Math.ceil(width / 8);
  }
}

/** The bytes of the levels of a page of version 2. */
function levelsOf({ type, data_page_header_v2: page }: PageHeader, { maxDefinitionLevel }: ColumnShape): number {
  if (type !== 'DATA_PAGE_V2' || !page) return 0;
  const { definition_levels_byte_length: length, repetition_levels_byte_length: repetition } = page;
  requireSize(length, maxDefinitionLevel > 0 ? 2 ** 31 : 0);
  requireSize(repetition, 0);
  return length;
}

function requireSize(size: number, most: number): void {
  if (Number.isInteger(size) && size >= 0 && size <= most) return;
  throw new Error(`a size in it is ${size}, where at most ${Math.floor(most)} is possible`);
}
