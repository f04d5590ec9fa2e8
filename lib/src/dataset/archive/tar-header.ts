/** A block of a tar archive, in bytes. */
export const BLOCK = 512;

/** What the header of an entry says. */
export interface TarHeader {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'device' | 'pax' | 'global pax' | 'long name' | 'long link' | 'other';
  /** Of what follows, in bytes. */
  size: number;
}

const KINDS: Record<string, TarHeader['kind']> = {
  '\0': 'file',
  0: 'file',
  1: 'link',
  2: 'link',
  3: 'device',
  4: 'device',
  5: 'folder',
  6: 'device',
  7: 'file',
  g: 'global pax',
  x: 'pax',
  K: 'long link',
  L: 'long name',
};

/**
 * Reads the header of an entry: ustar, GNU and what came before them.
 *
 * @returns undefined for a block of zeros, with which an archive ends
 * @throws Error if it is damaged
 */
export function tarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  // The sum of all bytes, those of the sum itself taken for spaces.
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== octal(text(block, 148, 156))) throw new Error('the header of an entry is damaged');
  const isUstar = text(block, 257, 263) === 'ustar';
  const prefix = isUstar ? text(block, 345, 500) : '';
  const name = [prefix, text(block, 0, 100)].filter(Boolean).join('/');
  const kind = KINDS[String.fromCharCode(block[156])] ?? 'other';
  // Before ustar, a folder was what ended in a slash.
  return { name, kind: kind === 'file' && name.endsWith('/') ? 'folder' : kind, size: sizeOf(block) };
}

/** The records of an entry of POSIX's pax, '<length> <key>=<value>\n' each. */
export function paxRecords(bytes: Uint8Array): Record<string, string> {
  const records: Record<string, string> = Object.create(null);
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < content.length && content[at] !== 0; ) {
    const [begin, digits] = /^(\d{1,7}) /.exec(content.toString('latin1', at, at + 8)) ?? [];
    const length = Number(digits);
    const record = content.toString('utf8', at + (begin?.length ?? 0), at + length - 1);
    const equals = record.indexOf('=');
    const fits = begin !== undefined && length > begin.length && at + length <= content.length;
    if (!fits || equals < 1 || content[at + length - 1] !== 10)
      throw new Error('the extended header of an entry is damaged');
    records[record.slice(0, equals)] = record.slice(equals + 1);
    at += length;
  }
  return records;
}

/** Text up to the first zero. */
export function text(bytes: Uint8Array, from: number = 0, to: number = bytes.length): string {
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
  const end = part.indexOf(0);
  return part.toString('utf8', 0, end < 0 ? part.length : end);
}

function sizeOf(block: Uint8Array): number {
  // Sizes above 8 GB are in binary.
  if (block[124] < 128) return octal(text(block, 124, 136));
  if (block[124] !== 128) throw new Error('the size of an entry is negative');
  return block.subarray(125, 136).reduce((size, byte) => size * 256 + byte, 0);
}

function octal(digits: string): number {
  const trimmed = digits.trim();
  if (!/^[0-7]*$/.test(trimmed)) throw new Error('the header of an entry is damaged');
  return trimmed === '' ? 0 : Number.parseInt(trimmed, 8);
}
