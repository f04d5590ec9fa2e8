import { WaveFile } from 'wavefile';
import { requireFinite } from '../parameters.js';
import type { DecodedAudio } from './decode.js';

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** The size that programs write where they do not know it yet. */
const STREAMED = 0xffffffff;

interface Format {
  code: number;
  channels: number;
  sampleRate: number;
  bits: number;
  /** Bytes of one sample of all channels. */
  block: number;
}

/**
 * Reads a WAV file. Sizes are checked here first, since a wrong one would make the parser read on or allocate without
 * end; the samples are wavefile's to read.
 *
 * @throws Error that says what is wrong with the file
 */
export function decodeWav(bytes: Uint8Array): DecodedAudio {
  const { code, channels, sampleRate, bits, frames, source } = checkChunks(bytes);
  const file = new WaveFile();
  file.fromBuffer(source);
  const perChannel = file.getSamples(false, code === FLOAT && bits === 64 ? Float64Array : Float32Array) as unknown;
  const data = (channels === 1 ? [perChannel] : perChannel) as (Float32Array | Float64Array)[];
  const zero = bits === 8 ? 128 : 0;
  const scale = code === FLOAT ? 1 : 2 ** (bits - 1);
  // The parser may take the byte that pads an odd chunk for a sample.
  const amplitudes = data.map((c) => Float32Array.from(c.subarray(0, frames), (x) => (x - zero) / scale));
  for (const c of amplitudes) requireFinite('samples', c);
  return { channels: amplitudes, sampleRate };
}

/** Walks the chunks up to the samples; a size that a stream could not know is filled in. */
function checkChunks(bytes: Uint8Array): Format & { frames: number; source: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size;
    if (id === 'data') {
      if (!format) throw new Error("there is no 'fmt ' chunk before the samples");
      const there = bytes.length - at - 8;
      if (size === STREAMED) {
        const source = bytes.slice();
        new DataView(source.buffer).setUint32(at + 4, there, true);
        return { ...format, frames: Math.floor(there / format.block), source };
      }
      if (size > there) {
        throw new Error(`it is cut off: the header tells of ${size} bytes of samples, ${there} are there`);
      }
      return { ...format, frames: Math.floor(size / format.block), source: bytes };
    }
    if (end > bytes.length) throw new Error(`its '${id}' chunk is cut off`);
    if (id === 'fmt ') format = checkFormat(view, at + 8, size);
    at = end + (size % 2);
  }
  throw new Error("there is no 'data' chunk");
}

function checkFormat(view: DataView, at: number, size: number): Format {
  if (size < 16) throw new Error(`its 'fmt ' chunk has ${size} bytes instead of 16`);
  const container = view.getUint16(at, true);
  const code = container === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : container;
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  if (channels === 0) throw new Error('it has no channels');
  if (sampleRate === 0) throw new Error('its sampling rate is 0');
  const known = (code === PCM && [8, 16, 24, 32].includes(bits)) || (code === FLOAT && [32, 64].includes(bits));
  if (!known) throw new Error(`its samples are of format ${code} with ${bits} bits; integers or floats can be read`);
  const block = (channels * bits) / 8;
  if (view.getUint16(at + 12, true) !== block) throw new Error('its block size contradicts its format');
  return { code, channels, sampleRate, bits, block };
}
