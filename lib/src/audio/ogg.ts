import { type AudioFile, readBytes } from './audio-file.js';

// The pages of an Ogg file: RFC 3533.

/** What a page says of itself. */
interface Page {
  /** Where it begins, in bytes. */
  start: number;
  /** The byte after its last. */
  end: number;
  /** Samples up to the end of its last packet; −1 where no packet ends. */
  granule: number;
  serial: number;
  /** The pieces of its packets: a packet goes on while they have 255 bytes. */
  lacing: Uint8Array;
}

const HEADER = 27;
const LONGEST = HEADER + 255 + 255 * 255;

/** The page that begins at a place of `bytes`, which begin at `position` of the file. */
function pageAt(bytes: Buffer, at: number, position: number): Page | undefined {
  if (bytes.length < at + HEADER || bytes.toString('latin1', at, at + 4) !== 'OggS' || bytes[at + 4] !== 0)
    return undefined;
  const lacing = bytes.subarray(at + HEADER, at + HEADER + bytes[at + 26]);
  if (lacing.length < bytes[at + 26]) return undefined;
  const start = position + at;
  const end = start + HEADER + lacing.length + lacing.reduce((sum, length) => sum + length, 0);
  return { start, end, granule: Number(bytes.readBigInt64LE(at + 6)), serial: bytes.readUInt32LE(at + 14), lacing };
}

/** The last pages of a file, in their order, as far as they are in its end. */
async function lastPages(file: AudioFile): Promise<Page[]> {
  const position = Math.max(0, file.size - 3 * LONGEST);
  const bytes = await readBytes(file, position, file.size - position);
  const pages: Page[] = [];
  for (let at = bytes.indexOf('OggS'); at >= 0; at = bytes.indexOf('OggS', at)) {
    const page = pageAt(bytes, at, position);
    if (page) pages.push(page);
    at = page ? Math.max(page.end - position, at + 4) : at + 4;
  }
  return pages;
}

/** Whether the last page, its header, or the last packet of an Ogg file goes on beyond the file's end. */
export async function isOggCutOff(file: AudioFile): Promise<boolean> {
  const last = (await lastPages(file)).at(-1);
  if (last === undefined) return false;
  if (last.end > file.size || last.lacing.at(-1) === 255) return true;
  const rest = await readBytes(file, last.end, LONGEST);
  return rest.length > 0 && 'OggS'.startsWith(rest.toString('latin1', 0, 4));
}

/**
 * Where the last page of a Vorbis stream begins, in samples: libsndfile 1.2.2 takes the end of the last packet there for
 * whole, and seeks to a wrong sample.
 */
export async function lastVorbisPage(file: AudioFile): Promise<number> {
  const pages = (await lastPages(file)).filter(({ granule }) => granule >= 0);
  return pages.at(-2)?.granule ?? 0;
}

/** The FLAC file in an Ogg file, piece by piece: libsndfile does not open all of them. */
export async function* flacOfOgg(file: AudioFile): AsyncGenerator<Uint8Array> {
  let serial: number | undefined;
  let header = true;
  let packet: Buffer[] = [];
  for (let position = 0; ; ) {
    const bytes = await readBytes(file, position, LONGEST);
    const page = pageAt(bytes, 0, position);
    if (!page || page.end > file.size) return;
    serial ??= page.serial;
    let at = HEADER + page.lacing.length;
    for (const length of page.serial === serial ? page.lacing : []) {
      packet.push(bytes.subarray(at, at + length));
      at += length;
      if (length === 255) continue;
      const whole = Buffer.concat(packet);
      packet = [];
      // The first packet has 9 bytes of its own before the file's first.
      if (header) yield whole.subarray(9);
      else yield whole;
      header = false;
    }
    position = page.end;
  }
}
