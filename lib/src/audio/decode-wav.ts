import type { MultiChannelWaveform } from '../dsp/waveform.js';
import { requireFinite } from '../validation.js';

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
 * Reads a WAV file: integers of 8, 16, 24 and 32 bits, floats of 32 and 64.
 *
 * The samples are read here rather than by wavefile, which takes a hundred times as long and the byte that pads an odd
 * chunk for a sample.
 *
 * @throws Error that says what is wrong with the file
 */
export function decodeWav(bytes: Uint8Array): MultiChannelWaveform {
  const format = findSamples(bytes);
  const { code, channels, sampleRate, bits, block, start, length } = format;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length * block);
  const read = READERS[`${code === FLOAT ? 'float' : 'int'}${bits}`];
  const decoded = Array.from({ length: channels }, (_, c) => {
    const samples = new Float32Array(length);
    read(view, (c * bits) / 8, block, samples);
    return samples;
  });
  if (code === FLOAT) for (const samples of decoded) requireFinite('samples', samples);
  return { channels: decoded, sampleRate };
}

type Reader = (view: DataView, at: number, step: number, samples: Float32Array) => void;

/** Fill `samples` from the bytes at `at`, `at` + `step`, …; integers become amplitudes in [−1, 1). */
const READERS: Record<string, Reader> = {
  int8(view, at, step, samples) {
    for (let i = 0; i < samples.length; i++, at += step) samples[i] = (view.getUint8(at) - 128) / 128;
  },
  int16(view, at, step, samples) {
    for (let i = 0; i < samples.length; i++, at += step) samples[i] = view.getInt16(at, true) / 32768;
  },
  int24(view, at, step, samples) {
    for (let i = 0; i < samples.length; i++, at += step) {
      samples[i] = ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23;
    }
  },
  int32(view, at, step, samples) {
    for (let i = 0; i < samples.length; i++, at += step) samples[i] = view.getInt32(at, true) / 2 ** 31;
  },
  float32(view, at, step, samples) {
    for (let i = 0; i < samples.length; i++, at += step) samples[i] = view.getFloat32(at, true);
  },
  float64(view, at, step, samples) {
    for (let i = 0; i < samples.length; i++, at += step) samples[i] = view.getFloat64(at, true);
  },
};

/** Walks the chunks up to the samples: their format, the byte where they begin, and how many each channel has. */
function findSamples(bytes: Uint8Array): Format & { start: number; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    const available = bytes.length - start;
    if (id === 'data') {
      if (!format) throw new Error("there is no 'fmt ' chunk before the samples");
      if (size > available && size !== STREAMED) {
        throw new Error(`it is cut off: the header tells of ${size} bytes of samples, ${available} are there`);
      }
      return { ...format, start, length: Math.floor(Math.min(size, available) / format.block) };
    }
    if (size > available) throw new Error(`its '${id}' chunk is cut off`);
    if (id === 'fmt ') format = checkFormat(view, start, size);
    at = start + size + (size % 2);
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
