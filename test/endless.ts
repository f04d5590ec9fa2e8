import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** Answers that a hostile or broken server gives. */

/** Sends more and more, until the client leaves. */
export function sendEndlessly(response: ServerResponse, piece: string | Buffer = Buffer.alloc(1 << 20, ' ')): void {
  const more = (): void => {
    while (!response.destroyed) if (!response.write(piece)) return void response.once('drain', more);
  };
  more();
}

/** Sends a small packed text that becomes `length` bytes. */
export function sendBomb(response: ServerResponse, length: number): void {
  const packed = gzipSync(Buffer.alloc(length, ' '));
  response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': packed.length }).end(packed);
}
