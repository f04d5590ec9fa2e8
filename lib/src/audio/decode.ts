import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { MPEGDecoder } from 'mpg123-decoder';
import type { MultiChannelWaveform } from '../dsp/waveform.js';
import { AudioDecodeError } from '../errors.js';
import { decodeWav } from './decode-wav.js';

/** No recording has more, in Hz; a damaged header may. */
const HIGHEST_RATE = 1_000_000;

interface Decoder {
  ready: Promise<void>;
  free(): void;
  reset(): Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  decodeFile?(bytes: Uint8Array): Promise<Decoded>;
}

interface Decoded {
  channelData: Float32Array[];
  sampleRate: number;
  bitDepth?: number;
  errors: { message: string }[];
}

/** A decoder of each format that waits for the next file: setting one up takes longer than a short sound. */
const idle = new Map<new () => Decoder, Decoder>();

async function run(
  Format: new () => Decoder,
  bytes: Uint8Array,
): Promise<MultiChannelWaveform & { bitDepth?: number }> {
  const decoder = idle.get(Format) ?? new Format();
  idle.delete(Format);
  try {
    await decoder.ready;
    const decoded = await decodeWhole(decoder, bytes);
    if (decoded.errors.length > 0) throw new Error(decoded.errors[0].message);
    if (idle.has(Format)) decoder.free();
    else idle.set(Format, decoder);
    const { channelData: channels, sampleRate, bitDepth } = decoded;
    return { channels, sampleRate, bitDepth };
  } catch (error) {
    // What a damaged file leaves behind is not for the next one.
    decoder.free();
    throw error;
  }
}

async function decodeWhole(decoder: Decoder, bytes: Uint8Array): Promise<Decoded> {
  // decodeFile leaves the decoder as new; the MP3 decoder has none.
  if (decoder.decodeFile) return decoder.decodeFile(bytes);
  const decoded = await decoder.decode(bytes);
  await decoder.reset();
  return decoded;
}

const text = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

/** The file formats that can be read, by their first bytes. */
const FORMATS: { name: string; is(b: Uint8Array): boolean; decode(b: Uint8Array): Promise<MultiChannelWaveform> }[] = [
  { name: 'WAV', is: (b) => text(b, 0, 4) === 'RIFF' && text(b, 8, 12) === 'WAVE', decode: async (b) => decodeWav(b) },
  { name: 'FLAC', is: (b) => text(b, 0, 4) === 'fLaC', decode: decodeFlac },
  { name: 'Ogg Vorbis', is: (b) => text(b, 0, 4) === 'OggS' && text(b, 29, 35) === 'vorbis', decode: decodeOgg },
  { name: 'MP3', is: isMp3, decode: (b) => run(MPEGDecoder, b) },
];

/** What other files begin with, to name them in the error. */
const OTHERS: [magic: string, offset: number, name: string][] = [
  ['OpusHead', 28, 'Ogg Opus'],
  ['OggS', 0, 'Ogg with another codec than Vorbis'],
  ['ftyp', 4, 'MPEG-4 (m4a, mp4)'],
  ['FORM', 0, 'AIFF'],
  ['\x89PNG', 0, 'a PNG picture'],
  ['\xff\xd8', 0, 'a JPEG picture'],
  ['PK\x03\x04', 0, 'a zip archive'],
  ['\x1f\x8b', 0, 'a gzip archive'],
  ['%PDF', 0, 'a PDF'],
  ['<', 0, 'a web page or XML'],
  ['{', 0, 'JSON'],
  ['version https://git-lfs', 0, 'a Git LFS pointer, not the file itself'],
];

function isMp3(b: Uint8Array): boolean {
  return text(b, 0, 3) === 'ID3' || (b.length > 2 && b[0] === 0xff && (b[1] & 0xe6) === 0xe2 && (b[2] & 0xf0) !== 0xf0);
}

/**
 * Decodes the bytes of an audio file.
 *
 * @param name - what to call it in an error
 * @throws AudioDecodeError if the bytes are not whole audio in a known format
 */
export async function decode(bytes: Uint8Array, name: string): Promise<MultiChannelWaveform> {
  if (bytes.length === 0) throw new AudioDecodeError(`${name} is empty`);
  const format = FORMATS.find(({ is }) => is(bytes));
  if (!format) {
    const other = OTHERS.find(([magic, offset]) => text(bytes, offset, offset + magic.length) === magic);
    const looks = other ? other[2] : /^[\s!-~]+$/.test(text(bytes, 0, 32)) ? 'text' : 'an unknown format';
    throw new AudioDecodeError(`${name} looks like ${looks}; give a WAV, FLAC, Ogg Vorbis or MP3 file`);
  }
  let audio: MultiChannelWaveform;
  try {
    audio = await format.decode(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AudioDecodeError(`${name} looks like ${format.name} but cannot be decoded: ${reason}`, { cause });
  }
  const { channels, sampleRate } = audio;
  if (sampleRate > HIGHEST_RATE) {
    throw new AudioDecodeError(
      `${name} looks like ${format.name} but its sampling rate is ${sampleRate} Hz; is it damaged?`,
    );
  }
  if (channels.length === 0 || channels[0].length === 0 || !(sampleRate > 0)) {
    throw new AudioDecodeError(`${name} looks like ${format.name} but holds no audio; is it cut off?`);
  }
  return audio;
}

async function decodeOgg(bytes: Uint8Array): Promise<MultiChannelWaveform> {
  // The last page of a whole stream says so in its header.
  const last = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf('OggS');
  if ((bytes[last + 5] & 4) === 0 || bytes.length < pageEnd(bytes, last)) {
    throw new Error('it is cut off before its last page');
  }
  return run(OggVorbisDecoder as new () => Decoder, bytes);
}

function pageEnd(bytes: Uint8Array, page: number): number {
  const segments = bytes[page + 26];
  const table = bytes.subarray(page + 27, page + 27 + segments);
  return table.length < segments ? Infinity : page + 27 + segments + table.reduce((sum, n) => sum + n, 0);
}

async function decodeFlac(bytes: Uint8Array): Promise<MultiChannelWaveform> {
  const { channels, sampleRate, bitDepth = 16 } = await run(FLACDecoder as new () => Decoder, bytes);
  // STREAMINFO: 36 bits at byte 21 hold the number of samples; 0 stands for unknown.
  const total = (bytes[21] & 15) * 2 ** 32 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(22);
  const found = channels[0]?.length ?? 0;
  if (total > 0 && found < total) throw new Error(`it is cut off after ${found} of ${total} samples`);
  // The decoder takes 2^(bits − 1) − 1 for full scale, libsndfile 2^(bits − 1).
  const steps = 2 ** (bitDepth - 1);
  for (const samples of channels) {
    for (let i = 0; i < samples.length; i++) samples[i] = Math.round(samples[i] * (steps - 1)) / steps;
  }
  return { channels, sampleRate };
}
