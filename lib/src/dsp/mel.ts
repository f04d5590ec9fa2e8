import { ParameterError } from '../errors.js';
import { requireWaveform } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireInteger, requireNumber, requirePositive } from '../validation.js';
import { fftAreas, findPeak, RealFft, reserve } from './engine.js';
import { fftFrequencies } from './fft.js';
import { FloatMatrix } from './float-matrix.js';
import { copyPadded, countFrames, frameGroups, frameSpan, requirePadding, resolveFraming } from './frames.js';
import { POINT, POINT_BYTES } from './lanes.js';
import { COLUMNS, COLUMNS_BYTES, columnPointer, copyColumns } from './spectrogram.js';
import type { StftOptions } from './stft.js';
import type { Waveform } from './waveform.js';

// Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
const HZ_PER_MEL = 200 / 3;
const LOG_START_HZ = 1000;
const LOG_START_MEL = LOG_START_HZ / HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

/** Which mel scale: HTK's formula, or Slaney's (the default). */
export interface MelScale {
  htk?: boolean;
}

/**
 * Hertz to mel, like `librosa.hz_to_mel`.
 *
 * @see {@link melToHz}
 *
 * @example
 * hzToMel(1000); // 15
 * hzToMel(1000, { htk: true }); // 999.99
 */
export function hzToMel(hz: number, options: OrNull<MelScale> = {}): number {
  const { htk = false } = given<MelScale>(options);
  if (htk) return 2595 * Math.log10(1 + hz / 700);
  return hz >= LOG_START_HZ ? LOG_START_MEL + Math.log(hz / LOG_START_HZ) / LOG_STEP : hz / HZ_PER_MEL;
}

/**
 * Mel to hertz, like `librosa.mel_to_hz`: the inverse of {@link hzToMel}.
 *
 * @see {@link hzToMel}
 *
 * @example
 * melToHz(15); // 1000
 */
export function melToHz(mel: number, options: OrNull<MelScale> = {}): number {
  const { htk = false } = given<MelScale>(options);
  if (htk) return 700 * (10 ** (mel / 2595) - 1);
  return mel >= LOG_START_MEL ? LOG_START_HZ * Math.exp(LOG_STEP * (mel - LOG_START_MEL)) : HZ_PER_MEL * mel;
}

/** Options of {@link melFrequencies}. */
export interface MelFrequencyOptions extends MelScale {
  /** The lowest frequency in Hz; default 0. */
  fMin?: number;
  /** The highest frequency in Hz; default 11,025. */
  fMax?: number;
}

/**
 * Frequencies evenly spaced on the mel scale, like `librosa.mel_frequencies`.
 *
 * @param n - how many, the two ends included; default 128
 * @returns `n` frequencies in Hz
 * @throws ParameterError if `n` is not a whole number above 0
 * @see {@link hzToMel}, {@link melToHz}, {@link melFilterbank}, {@link fftFrequencies}
 *
 * @example
 * melFrequencies(3, { fMax: 1000 }); // [0, 500, 1000]
 */
export function melFrequencies(n: number = 128, options: OrNull<MelFrequencyOptions> = {}): Float64Array {
  const chosen = given<MelFrequencyOptions>(options);
  const { fMin = 0, fMax = 11025, htk = false } = chosen;
  requireInteger('n', n);
  const low = hzToMel(fMin, { htk });
  const high = hzToMel(fMax, { htk });
  return Float64Array.from({ length: n }, (_, i) =>
    melToHz(i === n - 1 && n > 1 ? high : low + (i * (high - low)) / Math.max(n - 1, 1), { htk }),
  );
}

/** Options of {@link melFilterbank} that {@link melSpectrogram} takes, too. */
export interface MelBandOptions extends MelScale {
  /** Number of bands; default 128. */
  nMels?: number;
  /** The lowest frequency in Hz; default 0. */
  fMin?: number;
  /** The highest frequency in Hz; default sampleRate / 2. */
  fMax?: number;
  /** 'slaney' (the default) gives each band the same area; null leaves triangles of height 1. */
  norm?: 'slaney' | null;
}

/** Options of {@link melFilterbank}. */
export interface MelFilterbankOptions extends MelBandOptions {
  /** In Hz. */
  sampleRate: number;
  /** Samples of a frame. */
  nFft: number;
}

/**
 * Triangular filters on the mel scale, like `librosa.filters.mel`.
 *
 * @returns nMels × (1 + ⌊nFft / 2⌋) weights of at least 0: times a power spectrogram, the mel spectrogram
 * @throws ParameterError for options out of range, or fMax not above fMin
 * @see {@link melFrequencies}, {@link melSpectrogram}
 *
 * @example
 * const mel = melFilterbank({ sampleRate: 22050, nFft: 2048 }).mmul(stft(samples).power());
 */
export function melFilterbank(options: OrNull<MelFilterbankOptions>): FloatMatrix {
  const chosen = given<MelFilterbankOptions, 'norm'>(options, 'norm');
  const { sampleRate, nFft, nMels = 128, fMin = 0, fMax = sampleRate / 2, htk = false, norm = 'slaney' } = chosen;
  requirePositive('sampleRate', sampleRate);
  requireInteger('nFft', nFft);
  requireInteger('nMels', nMels);
  requireNumber('fMin', fMin, 0);
  requirePositive('fMax', fMax);
  requireChoice('norm', norm, ['slaney', null]);
  if (fMax <= fMin) throw new ParameterError(`fMax is ${fMax}; give a frequency above fMin = ${fMin} Hz`);
  const edges = melFrequencies(nMels + 2, { fMin, fMax, htk });
  const bins = fftFrequencies({ sampleRate, nFft });
  const filters = new FloatMatrix(nMels, bins.length);
  let empty = 0;
  let warn = false;
  for (let i = 0; i < nMels; i++) {
    const [low, peak, high] = edges.subarray(i, i + 3);
    const height = norm === 'slaney' ? 2 / (high - low) : 1;
    let highest = 0;
    // The bins between the edges, and one more at each end in case of rounding.
    const first = Math.max(Math.floor((low * nFft) / sampleRate), 0);
    const last = Math.min(Math.ceil((high * nFft) / sampleRate), bins.length - 1);
    for (let k = first; k <= last; k++) {
      const weight = Math.min((bins[k] - low) / (peak - low), (high - bins[k]) / (high - peak));
      if (weight <= 0) continue;
      // librosa keeps the triangle in float32 before it scales it.
      filters.data[i * bins.length + k] = Math.fround(weight) * height;
      highest = Math.max(highest, weight);
    }
    if (highest > 0) continue;
    empty++;
    // librosa does not mind an empty band that begins at 0 Hz.
    warn ||= low > 0;
  }
  if (warn) {
    console.warn(
      `melFilterbank: ${empty} of ${nMels} bands hold no frequency bin and stay silent; raise nFft or lower nMels`,
    );
  }
  return filters;
}

/** Options of {@link melSpectrogram}: those of `stft` and of `melFilterbank`. */
export interface MelSpectrogramOptions extends StftOptions, MelBandOptions {
  /** Default 512. */
  hopLength?: number;
  /** Exponent of the magnitude: 2 for power (the default), 1 for amplitude. */
  power?: number;
}

/**
 * The mel spectrogram, like `librosa.feature.melspectrogram`: the STFT's power in bands of the mel scale.
 *
 * @param waveform - its samples finite everywhere
 * @returns nMels bands × frames, of at least 0
 * @throws ParameterError as `stft` and `melFilterbank` do
 * @see {@link melFilterbank}, {@link stft}, {@link powerToDb}, {@link mfcc}
 *
 * @example
 * const db = powerToDb(melSpectrogram(waveform, { nMels: 128, fMax: 8000 }), { ref: 'max' });
 */
export function melSpectrogram(waveform: Waveform, options: OrNull<MelSpectrogramOptions> = {}): FloatMatrix {
  const chosen = given<MelSpectrogramOptions, 'norm'>(options, 'norm');
  requireWaveform('waveform', waveform);
  const { samples, sampleRate } = waveform;
  const { nFft = 2048, hopLength = 512, padMode = 'constant', power = 2 } = chosen;
  const framing = resolveFraming(nFft, { ...chosen, hopLength });
  requirePositive('power', power);
  requirePadding(samples.length, padMode, framing);
  const filters = sparse(melFilterbank({ ...chosen, sampleRate, nFft }));
  const bins = 1 + (nFft >> 1);
  const frames = countFrames(samples.length, framing);
  const result = new FloatMatrix(filters.count, frames);
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    window: nFft,
    signal: frameSpan(COLUMNS, framing),
    spectrum: bins * POINT,
    ranges: [Int32Array, filters.ranges.length],
    weights: filters.weights.length,
    bands: filters.count * COLUMNS,
  });
  findPeak('samples', samples, kernels, areas.signal);
  areas.window.set(framing.window);
  areas.weights.set(filters.weights);
  areas.ranges.set(filters.ranges);
  const fft = new RealFft(nFft, kernels, areas);
  const [spectrum, ranges, weights] = [areas.spectrum.byteOffset, areas.ranges.byteOffset, areas.weights.byteOffset];
  const fill = (start: number) => copyPadded(samples, start - framing.pad, areas.signal, padMode);
  for (const { frame, signal } of frameGroups(frames, framing, areas.signal, fill)) {
    fft.forward(signal, hopLength, areas.window, areas.spectrum);
    kernels.spectralPower(bins, spectrum, power, spectrum, POINT_BYTES);
    kernels.filterbank(filters.count, spectrum, ranges, weights, columnPointer(areas.bands, frame), COLUMNS_BYTES);
    copyColumns(areas.bands, result, frame);
  }
  return result;
}

/** The filters without their zeros: per band its first bin and number of bins; the weights in a row. */
function sparse(filters: FloatMatrix): { count: number; ranges: Int32Array; weights: Float32Array } {
  const ranges = new Int32Array(2 * filters.rows);
  const weights: number[] = [];
  for (let i = 0; i < filters.rows; i++) {
    let first = i * filters.columns;
    let end = first + filters.columns;
    while (end > first && filters.data[end - 1] === 0) end--;
    while (first < end && filters.data[first] === 0) first++;
    ranges.set([first % filters.columns, end - first], 2 * i);
    for (let bin = first; bin < end; bin++) weights.push(filters.data[bin]);
  }
  return { count: filters.rows, ranges, weights: Float32Array.from(weights) };
}
