/** Takes bytes off a stream, as many as are asked for. */
export interface BlockReader {
  /** Bytes so far. */
  readonly read: number;
  /** `count` bytes together; undefined at the end of the stream. */
  take(count: number): Promise<Uint8Array | undefined>;
  /** The next `count` bytes as they come; an infinite number of them are all that are left. */
  pieces(count: number): AsyncGenerator<Uint8Array>;
  skip(count: number): Promise<void>;
}

/**
 * Reads a stream by blocks.
 *
 * @param look - told how many bytes have come so far, before they are used
 */
export function blockReader(chunks: AsyncIterable<Uint8Array>, look: (bytes: number) => void): BlockReader {
  const source = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  let arrived = 0;
  let read = 0;

  /** At least a byte and at most `most`; undefined at the end. */
  async function some(most: number): Promise<Uint8Array | undefined> {
    while (rest.length === 0) {
      const { done, value } = await source.next();
      if (done) return undefined;
      rest = value;
      arrived += rest.length;
      look(arrived);
    }
    const piece = rest.subarray(0, most);
    rest = rest.subarray(piece.length);
    read += piece.length;
    return piece;
  }

  async function* pieces(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      const piece = await some(left);
      if (!piece && count === Infinity) return;
      if (!piece) throw new Error('it is cut off');
      left -= piece.length;
      yield piece;
    }
  }

  return {
    get read() {
      return read;
    },
    async take(count) {
      const bytes = Buffer.alloc(count);
      let done = 0;
      while (done < count) {
        const piece = await some(count - done);
        if (!piece && done === 0) return undefined;
        if (!piece) throw new Error('it is cut off');
        bytes.set(piece, done);
        done += piece.length;
      }
      return bytes;
    },
    pieces,
    async skip(count) {
      for await (const _ of pieces(count));
    },
  };
}
