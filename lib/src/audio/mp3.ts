import { type AudioFile, readBytes } from './audio-file.js';

// The frames of an MPEG audio file: ISO 11172-3 and 13818-3, and what Xing and LAME write into the first.

interface Frame {
  /** Bytes, header included. */
  length: number;
  /** Version, layer and sampling rate: the same in all frames of a file. */
  kind: number;
  /** Bytes between the header and the place of Xing's; 0 for layers I and II. */
  side: number;
}

const RATES = [44100, 48000, 32000];
/** In kbit/s, by layer (III, II, I), of MPEG 1 and of the lower rates of MPEG 2. */
const BITRATES = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
];
const LOW_BITRATES = [
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
];
/** No frame is longer, in bytes. */
const LONGEST = 2882;

/** The frame whose header is at a place; undefined for anything else, and for the rare ones of a free bit rate. */
function frameAt(bytes: Uint8Array, at: number): Frame | undefined {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return undefined;
  const version = (bytes[at + 1] >> 3) & 3;
  const layer = ((bytes[at + 1] >> 1) & 3) - 1;
  const rate = (bytes[at + 2] >> 2) & 3;
  const bitrate = bytes[at + 2] >> 4;
  if (version === 1 || layer < 0 || rate === 3 || bitrate === 0 || bitrate === 15) return undefined;
  const low = version !== 3;
  const bits = (low ? LOW_BITRATES : BITRATES)[layer][bitrate] * 1000;
  const hertz = RATES[rate] / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (bytes[at + 2] >> 1) & 1;
  const length =
    layer === 2
      ? 4 * (Math.floor((12 * bits) / hertz) + padding)
      : Math.floor(((low && layer === 0 ? 72 : 144) * bits) / hertz) + padding;
  const mono = bytes[at + 3] >> 6 === 3;
  const side = layer > 0 ? 0 : low ? (mono ? 9 : 17) : mono ? 17 : 32;
  return { length, kind: (version << 4) | (layer << 2) | rate, side };
}

/** The first place from `from` on where `count` frames of a kind follow each other; −1 if there is none. */
function findFrames(bytes: Uint8Array, from: number, count: number, kind?: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const first = frameAt(bytes, at);
    let next = at;
    for (let found = 0, frame = first; frame && frame.kind === (kind ?? first?.kind); frame = frameAt(bytes, next)) {
      next += frame.length;
      found += 1;
      if (found === count) return at;
    }
  }
  return -1;
}

/** Whether bytes of a file hold MPEG audio, and where: three frames in a row, or as many as so short a file has. */
export function findMp3(bytes: Uint8Array): number {
  const at = findFrames(bytes, 0, 3);
  if (at >= 0) return at;
  const first = frameAt(bytes, 0);
  return first && bytes.length < 3 * LONGEST ? 0 : -1;
}

/**
 * Whether an MP3 file is shorter than its first frame says (Xing, LAME), or its last frame goes on beyond the file's end.
 * Where it was cut between two frames, and the first says nothing, nobody can tell.
 *
 * @param start - where the first frame is
 */
export async function isMp3CutOff(file: AudioFile, start: number): Promise<boolean> {
  const head = await readBytes(file, start, 256);
  const first = frameAt(head, 0);
  if (!first) return false;
  const told = toldBytes(head, first);
  // Programs count a frame more or less, and tags.
  if (told !== undefined && file.size < told - 2 * first.length) return true;
  const position = Math.max(start, file.size - 2 ** 16);
  const bytes = await readBytes(file, position, file.size - position);
  let at = position === start ? 0 : findFrames(bytes, 0, 4, first.kind);
  while (at >= 0) {
    for (let frame = frameAt(bytes, at); frame?.kind === first.kind; frame = frameAt(bytes, at)) at += frame.length;
    if (at > bytes.length) return true;
    at = findFrames(bytes, at, 4, first.kind);
  }
  return false;
}

/** The bytes of the whole file by Xing's header in its first frame. */
function toldBytes(bytes: Buffer, { side }: Frame): number | undefined {
  const at = 4 + side;
  const name = bytes.toString('latin1', at, at + 4);
  if (side === 0 || (name !== 'Xing' && name !== 'Info') || bytes.length < at + 16) return undefined;
  const flags = bytes.readUInt32BE(at + 4);
  return flags & 2 ? bytes.readUInt32BE(at + (flags & 1 ? 12 : 8)) || undefined : undefined;
}

const WINDOW = 2 ** 20;

/** The whole frames of an MP3 file, without what stands before, between and after. */
async function* wholeFrames(file: AudioFile): AsyncGenerator<Uint8Array> {
  let kind: number | undefined;
  for (let position = 0; position < file.size; ) {
    const bytes = await readBytes(file, position, WINDOW);
    const isLast = position + bytes.length >= file.size;
    // A frame counts if another, or the end, follows.
    const end = isLast ? bytes.length : bytes.length - 2 * LONGEST;
    let at = 0;
    let from = 0;
    while (at < end) {
      const frame = frameAt(bytes, at);
      if (frame && frame.kind === (kind ?? frame.kind) && isFrameOrEnd(bytes, at + frame.length, frame.kind)) {
        kind = frame.kind;
        at += frame.length;
        continue;
      }
      if (at > from) yield bytes.subarray(from, at);
      const found = findFrames(bytes, at + 1, 2, kind);
      at = found < 0 ? Math.max(end, at + 1) : found;
      from = at;
    }
    if (at > from) yield bytes.subarray(from, at);
    position += at;
  }
}

/** Whether there is a frame of the kind, or a tag, or nothing more. */
function isFrameOrEnd(bytes: Uint8Array, at: number, kind: number): boolean {
  if (at === bytes.length || frameAt(bytes, at)?.kind === kind) return true;
  return ['TAG', 'APE', 'LYR', 'ID3'].includes(String.fromCharCode(...bytes.subarray(at, at + 3)));
}

/** An MP3 file that mpg123 reads to its end, and how many samples were put before its first. */
export interface PlainMp3 {
  pieces: AsyncIterable<Uint8Array>;
  lead: number;
}

/**
 * The frames of an MP3 file alone: mpg123 gives up after 1 kB of anything else. Where the first frame does not tell how many
 * there are, mpg123 guesses by its length, and libsndfile reads no more: the shortest possible is put before it.
 */
export async function plainMp3(file: AudioFile, start: number): Promise<PlainMp3> {
  const head = await readBytes(file, start, 256);
  const first = frameAt(head, 0);
  // Layers I and II are of one bit rate.
  if (!first || first.side === 0 || isToldIn(head)) return { pieces: wholeFrames(file), lead: 0 };
  const lead = first.kind >> 4 === 3 ? 1152 : 576;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield silentFrame(head);
    yield* wholeFrames(file);
  }
  return { pieces: pieces(), lead };
}

/** Whether the first frame of an MP3 file tells how many there are. */
export async function tellsFrames(file: AudioFile, start: number): Promise<boolean> {
  return isToldIn(await readBytes(file, start, 256));
}

function isToldIn(bytes: Uint8Array): boolean {
  const at = 4 + (frameAt(bytes, 0)?.side ?? 0);
  return ['Xing', 'Info'].includes(String.fromCharCode(...bytes.subarray(at, at + 4)));
}

/** A silent frame of the kind of another, of the lowest bit rate. */
function silentFrame(like: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0xff, like[1] | 1, (like[2] & 0x0c) | 0x10, like[3]);
  const frame = new Uint8Array(frameAt(header, 0)!.length);
  frame.set(header);
  return frame;
}
