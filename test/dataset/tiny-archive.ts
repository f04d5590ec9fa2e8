import { gzipSync } from 'node:zlib';

/** Two empty blocks end an archive. */
const END = Buffer.alloc(1024);

/** What an entry is, and what its header says of it. */
export interface TinyEntry {
  name: string;
  /** '0' a file (the default), '5' a folder, '1' a hard link, '2' a link, 'x' a header of pax. */
  type?: string;
  content?: Buffer | string;
  /** In its header; default the truth. */
  size?: number | string;
  magic?: string;
}

/** An entry of a tar archive whose header may lie. */
export function entry({ name, type = '0', content = '', size, magic = 'ustar\x0000' }: TinyEntry): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  if (typeof size === 'string') header.write(size, 124, 12, 'latin1');
  else if ((size ?? 0) < 8 ** 11) header.write((size ?? bytes.length).toString(8).padStart(11, '0'), 124);
  else {
    header.writeUInt8(128, 124);
    header.writeBigUInt64BE(BigInt(size!), 128);
  }
  header.write(type, 156, 1, 'latin1');
  header.write(magic, 257, 'latin1');
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A packed archive of entries. */
export function archiveOf(...entries: Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, END]), { level: 1 });
}
