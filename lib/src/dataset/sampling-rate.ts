import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { load } from '../audio/load.js';

/** Enough for the headers that have a sampling rate, in bytes, unless something large stands before them. */
const HEADER = 4096;

/**
 * The sampling rate of a file in Hz, from its header. MP3 has one in every frame: such a file is decoded.
 *
 * @throws AudioDecodeError if the file cannot be read
 */
export async function samplingRateOf(file: string): Promise<number> {
  const header = await buffer(createReadStream(file, { end: HEADER - 1 })).catch(() => undefined);
  const rate = header && (wavRate(header) || flacRate(header) || vorbisRate(header));
  return rate || (await load(file, { sampleRate: null })).sampleRate;
}

const text = (bytes: Buffer, from: number, to: number) => bytes.toString('latin1', from, to);

function wavRate(bytes: Buffer): number | undefined {
  if (text(bytes, 0, 4) !== 'RIFF' || text(bytes, 8, 12) !== 'WAVE') return undefined;
  for (let at = 12; at + 16 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4);
    if (text(bytes, at, at + 4) === 'fmt ') return bytes.readUInt32LE(at + 12);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

function flacRate(bytes: Buffer): number | undefined {
  // STREAMINFO comes first; 20 bits at byte 18.
  return text(bytes, 0, 4) === 'fLaC' && bytes.length >= 21 ? bytes.readUIntBE(18, 3) >> 4 : undefined;
}

function vorbisRate(bytes: Buffer): number | undefined {
  // The first page has one segment, hence 28 bytes of header; then the packet's type, 'vorbis', version and channels.
  const isVorbis = text(bytes, 0, 4) === 'OggS' && text(bytes, 29, 35) === 'vorbis' && bytes.length >= 44;
  return isVorbis ? bytes.readUInt32LE(40) : undefined;
}
