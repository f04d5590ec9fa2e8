import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Reads TensorBoard's event files: TFRecords of protocol buffers. */

/** A number that TensorBoard draws. */
export interface Scalar {
  tag: string;
  step: number;
  value: number;
}

/** The numbers in all event files of a folder. */
export const scalarsIn = (folder: string): Scalar[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('events.out.tfevents.'))
    .sort()
    .flatMap((name) => records(readFileSync(path.join(folder, name))).flatMap(scalars));

/** The records of a TFRecord file, whose checksums must be right. */
function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    if (data.length < length) throw new Error(`the record at byte ${at} is cut off`);
    const sums = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12 + length)];
    const expected = [masked(crc32c(file.subarray(at, at + 8))), masked(crc32c(data))];
    if (sums.join() !== expected.join()) throw new Error(`the record at byte ${at} has a wrong checksum`);
    found.push(data);
    at += 16 + length;
  }
  return found;
}

/** CRC-32C, of Castagnoli's polynomial. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

type Field = { number: number; bytes: Buffer; varint: number };

/** The fields of a protocol buffer's message. */
function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const wire = key & 7;
    const value = wire === 0 ? varint() : 0;
    const length = { 0: 0, 1: 8, 2: wire === 2 ? varint() : 0, 5: 4 }[wire as 0 | 1 | 2 | 5];
    found.push({ number: Math.floor(key / 8), bytes: message.subarray(at, at + length), varint: value });
    at += length;
  }
  return found;
}

/** Event { step = 2, summary = 5 }, Summary { value = 1 }, Value { tag = 1, simple_value = 2, tensor = 8 }. */
function scalars(event: Buffer): Scalar[] {
  const step = fields(event).find(({ number }) => number === 2)?.varint ?? 0;
  const summaries = fields(event).filter(({ number }) => number === 5);
  return summaries
    .flatMap(({ bytes }) => fields(bytes))
    .map(({ bytes }) => {
      const value = fields(bytes);
      const tag = value.find(({ number }) => number === 1)!.bytes.toString();
      const simple = value.find(({ number }) => number === 2)?.bytes;
      const tensor = value.find(({ number }) => number === 8)?.bytes;
      return { tag, step, value: simple ? simple.readFloatLE() : ofTensor(tensor!) };
    });
}

/** TensorProto { tensor_content = 4, float_val = 5 } of one float. */
function ofTensor(tensor: Buffer): number {
  const content = fields(tensor).find(({ number }) => number === 4 || number === 5)!.bytes;
  return content.readFloatLE();
}
