/** Parquet nests some ten structs. */
const DEEPEST = 32;

interface Cursor {
  bytes: Uint8Array;
  offset: number;
}

/**
 * The end of the struct of Thrift's compact protocol that begins at `offset`.
 *
 * hyparquet believes what such a struct says of itself: a list of 2³¹ elements, or a number of a million digits, would
 * cost all memory or all time before it finds out. What has passed here costs no more than it has bytes.
 *
 * @throws Error if it is damaged
 */
export function endOfStruct(bytes: Uint8Array, offset: number): number {
  const cursor = { bytes, offset };
  struct(cursor, 0);
  return cursor.offset;
}

function struct(cursor: Cursor, depth: number): void {
  if (depth > DEEPEST) throw new Error('its structs are nested too deep');
  for (;;) {
    const byte = next(cursor);
    if ((byte & 15) === 0) return;
    if (byte >> 4 === 0) varint(cursor, 3);
    value(cursor, byte & 15, depth);
  }
}

function value(cursor: Cursor, type: number, depth: number): void {
  // Truth values are in the type itself.
  if (type === 1 || type === 2) return;
  if (type === 3) skip(cursor, 1);
  else if (type === 4 || type === 5) varint(cursor, 5);
  else if (type === 6) varint(cursor, 10);
  else if (type === 7) skip(cursor, 8);
  else if (type === 8) skip(cursor, varint(cursor, 5));
  else if (type === 9) list(cursor, depth);
  else if (type === 12) struct(cursor, depth + 1);
  else throw new Error(`it has a field of type ${type}, as no Parquet file has`);
}

function list(cursor: Cursor, depth: number): void {
  const byte = next(cursor);
  const count = byte >> 4 === 15 ? varint(cursor, 5) : byte >> 4;
  if (count > cursor.bytes.length - cursor.offset) throw new Error(`a list of ${count} elements does not fit into it`);
  const type = byte & 15;
  // In a list, each truth value has a byte of its own.
  for (let i = 0; i < count; i++) value(cursor, type === 1 || type === 2 ? 3 : type, depth + 1);
}

/** A whole number of 7 bits a byte, the lowest first; in a double, since only sizes are used. */
export function varint(cursor: Cursor, most: number): number {
  let result = 0;
  for (let i = 0; i < most; i++) {
    const byte = next(cursor);
    result += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return result;
  }
  throw new Error('a number in it has too many digits');
}

function next(cursor: Cursor): number {
  if (cursor.offset >= cursor.bytes.length) throw new Error('it is cut off');
  return cursor.bytes[cursor.offset++];
}

function skip(cursor: Cursor, count: number): void {
  if (count > cursor.bytes.length - cursor.offset) throw new Error('it is cut off');
  cursor.offset += count;
}
