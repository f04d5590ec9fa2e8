import { requireSamples } from '../numbers.js';
import { requireRate } from '../validation.js';
import { fftAreas, RealFft, requireFiniteSamples, reserve } from './engine.js';
import { rfft } from './fft.js';
import { copyPadded, frameGroups, frameSpan, passOn } from './frames.js';
import { LANES, POINT } from './lanes.js';

/** Where the pass band ends, in lower Nyquist frequencies: that of soxr's "high quality". */
const PASS = 0.913744;
/**
 * Kaiser's β, and the length of the window times half the transition band, that soxr takes for one filter (126 dB) and
 * for the first of two (132 dB).
 */
const LOWPASS = { single: { beta: 13.04, reach: 8.302 }, first: { beta: 13.711, reach: 8.729 } } as const;
/** Taps of the interpolation between the samples of the filtered signal: a multiple of 4. */
const TAPS = 16;
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
 * As in soxr, a low-pass filter by FFT that also changes the rate by a power of two, then polyphase interpolation.
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
  // The rate between the steps is from · 2^shift: the target, or at least twice the lower rate, so that few taps do.
  const lower = Math.min(from, to);
  const octaves = Math.log2(to / from);
  const direct = Number.isInteger(octaves);
  const shift = direct ? octaves : Math.ceil(Math.log2((2 * lower) / from));
  const middle = from * 2 ** shift;
  const needed = direct ? length : Math.ceil((length * middle) / to) + TAPS;
  const filtered = lowpass(samples, lower / from, shift, needed, direct ? LOWPASS.single : LOWPASS.first);
  return direct ? filtered : interpolate(filtered, middle, to, length, interpolationFilter(from, to, middle));
}

/** Keeps the band below `band` of the Nyquist frequency and changes the rate by 2^shift: overlap and add. */
function lowpass(
  samples: Float32Array,
  band: number,
  shift: number,
  length: number,
  shape: { beta: number; reach: number },
): Float32Array {
  const factor = 2 ** shift;
  const grain = Math.max(1, 1 / factor);
  const taps = kaiserLowpass(band, Math.max(factor, 1), grain, shape);
  const size = Math.max(2048, 2 ** Math.ceil(Math.log2(4 * taps.length)));
  const outSize = size * factor;
  const block = Math.floor((size - taps.length + 1) / grain) * grain;
  const outBlock = block * factor;
  const delay = ((taps.length - 1) / 2) * factor;
  const bins = Math.min(size, outSize) / 2 + 1;
  const blocks = { nFft: size, hopLength: block };

  const inner = fftAreas(outSize);
  const { kernels, areas } = reserve({
    ...fftAreas(size),
    outTwiddles: inner.twiddles,
    outFactors: inner.factors,
    outWork: inner.work,
    mask: size,
    scale: outSize,
    filter: size + 2,
    spectrum: (Math.max(size, outSize) / 2 + 1) * POINT,
    signal: frameSpan(LANES, blocks),
    out: LANES * outBlock + outSize,
  });
  const forward = new RealFft(size, kernels, areas);
  const backward = new RealFft(outSize, kernels, {
    twiddles: areas.outTwiddles,
    factors: areas.outFactors,
    work: areas.outWork,
  });
  areas.mask.fill(0).fill(1, 0, block);
  areas.scale.fill(1 / size);
  const padded = new Float64Array(size);
  padded.set(taps);
  const response = rfft(padded);
  for (let k = 0; k < bins; k++) {
    areas.filter[2 * k] = response.re[k];
    areas.filter[2 * k + 1] = response.im[k];
  }
  areas.spectrum.fill(0);
  areas.out.fill(0);
  const result = new Float32Array(length);
  const fill = (start: number) => copyPadded(samples, start, areas.signal, 'constant');
  for (const { frame, signal } of frameGroups(Math.ceil((length + delay) / outBlock), blocks, areas.signal, fill)) {
    forward.forward(signal, block, areas.mask, areas.spectrum);
    kernels.filterSpectrum(bins, areas.spectrum.byteOffset, areas.filter.byteOffset);
    backward.inverse(areas.out, outBlock, areas.scale, areas.spectrum);
    passOn(areas.out, LANES * outBlock, result, frame * outBlock - delay);
  }
  return result;
}

/** Reads a signal at rate `from`, whose band ends well below from / 2, at the rate `to`. */
function interpolate(samples: Float32Array, from: number, to: number, length: number, filter: Filter): Float32Array {
  const divisor = gcd(from, to);
  const [stride, phases] = [from / divisor, to / divisor];
  const filters = polyphase(phases, filter);
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

/** The greatest common divisor of two whole numbers above 0. */
export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** A windowed sinc: cut-off in Nyquist frequencies, Kaiser's β, and half its length in samples. */
interface Filter {
  cutoff: number;
  beta: number;
  half: number;
}

/**
 * soxr interpolates a ratio of small numbers without loss. For others it lets the pass band fall by 0.01 dB towards its
 * end, which saves taps; the same fall here is what makes the samples equal.
 */
function interpolationFilter(from: number, to: number, middle: number): Filter {
  const divisor = gcd(from, to);
  const [up, down] = [to / divisor, from / divisor];
  if (Math.max(up, down) < 5 || up * down < 12) return { cutoff: 1, beta: 11.7, half: TAPS / 2 };
  const band = Math.min(from, to) / middle;
  // The stop band begins short of the first image, of which only the end of the transition band may pass.
  const stop = 2 - band * (PASS + 0.7 * (1 - PASS));
  // Half the transition band, so wide that the response at the end of the pass band is −0.01 dB.
  const width = (stop - PASS * band) / (2 * 0.8742);
  return { cutoff: stop - width, beta: 14.058, half: (Math.floor(8.683 / width) + 1) / 2 };
}

let latest: { key: string; filters: Float32Array } = { key: '', filters: new Float32Array(0) };

/** Interpolation at i / phases of a sample, for each i < phases: rows of {@link TAPS}. */
function polyphase(phases: number, { cutoff, beta, half }: Filter): Float32Array {
  const key = [phases, cutoff, half].join();
  // Clips of a data set all need the same table.
  if (latest.key === key) return latest.filters;
  const filters = new Float32Array(phases * TAPS);
  const row = new Float64Array(TAPS);
  for (let i = 0; i < phases; i++) {
    for (let j = 0; j < TAPS; j++) {
      const x = j - TAPS / 2 + 1 - i / phases;
      row[j] = sinc(cutoff * x) * kaiser(x / half, beta);
    }
    const sum = row.reduce((a, b) => a + b);
    for (let j = 0; j < TAPS; j++) filters[i * TAPS + j] = row[j] / sum;
  }
  latest = { key, filters };
  return filters;
}

/**
 * A linear-phase low-pass filter that stops at `band` of the Nyquist frequency. Its delay is a multiple of `grain`
 * samples; its length is what soxr has at `oversampling` times the rate.
 */
function kaiserLowpass(
  band: number,
  oversampling: number,
  grain: number,
  { beta, reach }: { beta: number; reach: number },
): Float64Array {
  const width = (1 - PASS) / 2;
  const length = 4 * Math.floor((Math.ceil((reach * oversampling) / (width * band) + 1) + 2) / 4) + 1;
  const half = length / 2 / oversampling;
  const delay = Math.ceil(half / grain) * grain;
  const cutoff = (1 - width) * band;
  return Float64Array.from({ length: 2 * delay + 1 }, (_, i) => {
    return cutoff * sinc(cutoff * (i - delay)) * kaiser((i - delay) / half, beta);
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window at `x` in [−1, 1]. */
function kaiser(x: number, beta: number): number {
  return Math.abs(x) > 1 ? 0 : besselI0(beta * Math.sqrt(1 - x * x)) / besselI0(beta);
}

function besselI0(x: number): number {
  let sum = 1;
  for (let k = 1, term = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
