import { type AudioFile, readBytes } from './audio-file.js';

/** Where a file says that its samples lie, in bytes. */
export interface SampleBytes {
  start: number;
  /** Undefined where the file does not know itself. */
  size: number | undefined;
  /** The chunk before the samples that is longer than the file, where one is: `start` and `size` are its own then. */
  chunk?: string;
}

/** How the chunks of a kind of file are laid out. */
interface Layout {
  /** Bytes of the file's own header. */
  header: number;
  /** Bytes of a chunk's name. */
  name: number;
  /** The name of the chunk with the samples, or its beginning. */
  samples: string;
  /** The size at a place, in bytes, of what follows the chunk's header. */
  size(bytes: Buffer): number;
  /** Chunks begin at multiples of it. */
  alignment: number;
}

const little32 = (bytes: Buffer): number => bytes.readUInt32LE(4);
const big32 = (bytes: Buffer): number => bytes.readUInt32BE(4);

const LAYOUTS: Record<string, Layout> = {
  RIFF: { header: 12, name: 4, samples: 'data', size: little32, alignment: 2 },
  RF64: { header: 12, name: 4, samples: 'data', size: little32, alignment: 2 },
  RIFX: { header: 12, name: 4, samples: 'data', size: big32, alignment: 2 },
  '8SVX': { header: 12, name: 4, samples: 'BODY', size: big32, alignment: 2 },
  AIFF: { header: 12, name: 4, samples: 'SSND', size: big32, alignment: 2 },
  CAF: { header: 8, name: 4, samples: 'data', size: (b) => Number(b.readBigInt64BE(4)), alignment: 1 },
  // A chunk's size counts its header here.
  W64: { header: 40, name: 16, samples: 'data', size: (b) => Number(b.readBigUInt64LE(16)) - 24, alignment: 8 },
};

/**
 * Where the samples are in a file of chunks: WAV with its relatives, AIFF, CAF, Wave64, 8SVX; AU, NIST SPHERE, VOC and
 * AVR, which have none.
 *
 * @param base - where the file's own first byte is
 * @returns undefined where the chunks do not lead there
 */
export async function findSampleBytes(file: AudioFile, kind: string, base: number): Promise<SampleBytes | undefined> {
  const own = HEADERS[kind];
  if (own) return own(await readBytes(file, base, 1024), base);
  const { header, name, samples, size: sizeOf, alignment } = LAYOUTS[kind];
  const head = name + (kind === 'CAF' || kind === 'W64' ? 8 : 4);
  let wide: number | undefined;
  // A damaged file may seem to have endless chunks of no size.
  for (let position = base + header, count = 0; count < 10_000; count++) {
    const bytes = await readBytes(file, position, head + 16);
    if (bytes.length < head) return undefined;
    const id = bytes.toString('latin1', 0, 4);
    const size = sizeOf(bytes);
    const start = position + head;
    if (id === samples) return { start, size: knownSize(kind, size, wide) };
    if (id === 'ds64' && bytes.length >= head + 16) wide = Number(bytes.readBigUInt64LE(head + 8));
    if (size < 0) return undefined;
    if (start + size > file.size) return { start, size, chunk: id };
    position = base + Math.ceil((start + size - base) / alignment) * alignment;
  }
  return undefined;
}

/** Files that tell of their samples in a header of their own. */
const HEADERS: Record<string, (bytes: Buffer, base: number) => SampleBytes | undefined> = {
  AU(bytes, base) {
    if (bytes.length < 12) return undefined;
    const isBig = bytes.toString('latin1', 0, 4) === '.snd';
    const [start, size] = [4, 8].map((at) => (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)));
    return { start: base + start, size: size === 2 ** 32 - 1 ? undefined : size };
  },
  AVR(bytes, base) {
    if (bytes.length < 30) return undefined;
    const channels = bytes.readUInt16BE(12) === 0 ? 1 : 2;
    return { start: base + 128, size: (bytes.readUInt32BE(26) * channels * bytes.readUInt16BE(14)) / 8 };
  },
  NIST(bytes, base) {
    const text = bytes.toString('latin1');
    const field = (name: string) => Number(new RegExp(`^${name} -i (\\d+)`, 'm').exec(text)?.[1]);
    const size = field('sample_count') * field('channel_count') * (field('sample_n_bytes') || 1);
    const start = base + Number(/^NIST_1A\s+(\d+)/.exec(text)?.[1]);
    return Number.isNaN(size + start) ? undefined : { start, size };
  },
  VOC(bytes, base) {
    let at = bytes.length < 22 ? bytes.length : bytes.readUInt16LE(20);
    // Blocks 1 and 9 are sound.
    for (; at + 4 <= bytes.length; at += 4 + bytes.readUIntLE(at + 1, 3)) {
      if ([1, 9].includes(bytes[at])) return { start: base + at + 4, size: bytes.readUIntLE(at + 1, 3) };
    }
    return undefined;
  },
};

/**
 * The size, unless it is one of those that programs write before they know it: nothing, all bits, 2 GB with or without what
 * the header takes.
 */
function knownSize(kind: string, size: number, wide: number | undefined): number | undefined {
  if (kind === 'RF64' && size === 2 ** 32 - 1) return wide || undefined;
  if (size <= 0 || size > 2 ** 62) return undefined;
  if (kind === 'W64' || kind === 'CAF') return size;
  const near = (limit: number) => size >= limit - 2 ** 16 && size <= limit;
  return near(2 ** 31) || near(2 ** 32 - 1) ? undefined : size;
}

const PIECE = 2 ** 20;

/**
 * A WAV file whose size of samples was never filled in, with all bits set there, piece by piece: libsndfile takes nothing for
 * nothing. Undefined for every other file, and where a chunk follows.
 */
export async function withSizeOfSamples(file: AudioFile, base: number): Promise<AsyncIterable<Uint8Array> | undefined> {
  const found = await findSampleBytes(file, 'RIFF', base);
  if (!found || found.size !== undefined || found.start >= file.size) return undefined;
  const around = await readBytes(file, found.start - 4, 12);
  const next = around.length < 12 ? 0 : around.readUInt32LE(8);
  const isChunk = /^[\w ]{4}$/.test(around.toString('latin1', 4, 8)) && found.start + 8 + next <= file.size;
  if (around.readUInt32LE(0) !== 0 || isChunk) return undefined;
  const { start } = found;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield await readBytes(file, base, start - 4 - base);
    yield Uint8Array.of(255, 255, 255, 255);
    for (let at = start; at < file.size; at += PIECE) yield await readBytes(file, at, PIECE);
  }
  return pieces();
}
