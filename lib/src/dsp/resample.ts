import { requireSamples } from '../numbers.js';
import { requireRate } from '../validation.js';
import { convertRate } from './convert-rate.js';
import { requireFiniteSamples, reserve } from './engine.js';
import { copyPadded } from './frames.js';
import { conversion, type Filter, impulseResponse, octavesBetween, type Ratio, ratioOf, TAPS } from './rate-filters.js';

/** The largest number of a ratio that transforms are made for, and how far a rate may fall with them. */
const LARGEST = 4096;
const FARTHEST = 32;
/** Interpolation that leaves the lower half of the band as it is, and nothing of its images. */
const INTERPOLATION: Filter = { cutoff: 1, beta: 13.5, half: TAPS / 2 };
/** Output samples interpolated at a time. */
const OUTPUT_SAMPLES = 1 << 13;

/** Sampling rates in Hz, whole numbers from 100 to 1,000,000. */
export interface ResampleOptions {
  from: number;
  to: number;
}

/**
 * Resamples audio, like `librosa.resample(y, orig_sr=from, target_sr=to)` with its default 'soxr_hq': the band up to
 * 0.9137 of the lower Nyquist frequency stays as it is, what lies above that frequency falls by 120 dB, and no phase
 * changes.
 *
 * soxr has two steps, a low-pass filter by FFT that also changes the rate by a power of two, then polyphase
 * interpolation. Where the rates are a ratio of numbers whose primes are 2, 3, 5 and 7, as all usual ones are, their
 * product is one filter by FFT, transformed back at the new rate.
 *
 * @param samples - finite everywhere
 * @returns ⌈samples · to / from⌉ samples; `samples` itself where the rates are equal
 * @throws ParameterError if a rate is no whole number from 100 to 1,000,000, or a sample not finite
 * @see {@link load}
 *
 * @example
 * const speech = resample(waveform.samples, { from: waveform.sampleRate, to: 16000 });
 */
export function resample(samples: Float32Array, { from, to }: ResampleOptions): Float32Array {
  requireSamples('samples', samples);
  requireRate('from', from);
  requireRate('to', to);
  requireFiniteSamples(samples);
  if (from === to) return samples;
  const length = Math.ceil(samples.length * (to / from));
  const ratio = ratioOf(from, to);
  const filters = conversion(from, to);
  if (isQuick(ratio)) return convertRate(samples, ratio, filters, length);
  const middle = from * 2 ** octavesBetween(from, to);
  const needed = Math.ceil((length * middle) / to) + TAPS;
  return interpolate(convertRate(samples, ratioOf(from, middle), filters, needed), middle, to, length);
}

/**
 * Whether transforms whose lengths have a ratio are quick: kernels are made for steps of 2, 3, 4, 5 and 7. The longest
 * filters only come for powers of two.
 */
function isQuick({ up, down }: Ratio): boolean {
  if (Number.isInteger(Math.log2(up / down))) return true;
  const isSmooth = (points: number): boolean => {
    const radix = [2, 3, 5, 7].find((one) => points % one === 0);
    return points === 1 || (radix !== undefined && isSmooth(points / radix));
  };
  return Math.max(up, down) <= LARGEST && down / up <= FARTHEST && isSmooth(up) && isSmooth(down);
}

/** Reads a signal at rate `from`, whose band ends well below from / 2, at the rate `to`. */
function interpolate(samples: Float32Array, from: number, to: number, length: number): Float32Array {
  const { up: phases, down: stride } = ratioOf(from, to);
  const filters = polyphase(phases);
  const { kernels, areas } = reserve({
    filters: filters.length,
    signal: Math.ceil((OUTPUT_SAMPLES * stride) / phases) + TAPS + 1,
    out: OUTPUT_SAMPLES,
  });
  areas.filters.set(filters);
  const result = new Float32Array(length);
  const pointers = [areas.signal.byteOffset, areas.filters.byteOffset] as const;
  const [whole, fraction] = [Math.floor(stride / phases), stride % phases];
  for (let start = 0; start < length; start += OUTPUT_SAMPLES) {
    const count = Math.min(OUTPUT_SAMPLES, length - start);
    copyPadded(samples, Math.floor((start * stride) / phases) - TAPS / 2 + 1, areas.signal, 'constant');
    const phase = (start * stride) % phases;
    kernels.interpolate(count, ...pointers, TAPS, phase, phases, whole, fraction, areas.out.byteOffset);
    result.set(areas.out.subarray(0, count), start);
  }
  return result;
}

let latest: Float32Array | undefined;

/** Interpolation at i / phases of a sample, for each i < phases: rows of {@link TAPS}. */
function polyphase(phases: number): Float32Array {
  // Clips of a data set all need the same table.
  if (latest?.length === phases * TAPS) return latest;
  const filters = new Float32Array(phases * TAPS);
  const row = new Float64Array(TAPS);
  for (let i = 0; i < phases; i++) {
    for (let j = 0; j < TAPS; j++) {
      row[j] = impulseResponse(INTERPOLATION, j - TAPS / 2 + 1 - i / phases);
    }
    const sum = row.reduce((a, b) => a + b);
    for (let j = 0; j < TAPS; j++) filters[i * TAPS + j] = row[j] / sum;
  }
  latest = filters;
  return filters;
}
