import { open } from 'node:fs/promises';
import { readFully } from '../../files.js';

/** In bytes. A connection counts as silent until so much gets through. */
const PIECE = 1 << 18;

/**
 * The content of a file, or a part of it, read when it is needed.
 *
 * The npm package's own one reads ahead as fast as the disk allows, until the whole file is in memory.
 */
export class FileContent extends Blob {
  /** From byte `start` to before byte `end`. */
  constructor(
    private readonly path: string,
    private readonly start: number,
    private readonly end: number,
  ) {
    super();
  }

  override get size(): number {
    return this.end - this.start;
  }

  override slice(start: number = 0, end: number = this.size): FileContent {
    return new FileContent(this.path, this.start + start, Math.min(this.start + end, this.end));
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    const file = await open(this.path);
    try {
      if (await readFully(file, bytes, this.start)) return bytes.buffer;
      throw new RangeError(`${this.path} has become shorter while it was read`);
    } finally {
      await file.close();
    }
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  /** Piece by piece, each when the one before has been taken. */
  override stream(): ReturnType<Blob['stream']> {
    let at = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
      if (at >= this.size) return controller.close();
      const piece = new Uint8Array(await this.slice(at, at + PIECE).arrayBuffer());
      at += piece.length;
      controller.enqueue(piece);
    };
    return new ReadableStream({ pull }, { highWaterMark: 0 });
  }
}
