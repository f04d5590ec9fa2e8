import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireFinite, requireInteger, requireNumber } from '../validation.js';
import { powerToDb } from './decibel.js';
import { FloatMatrix } from './float-matrix.js';
import { matrixProduct } from './matrix-product.js';
import { type MelSpectrogramOptions, melSpectrogram } from './mel.js';
import type { Waveform } from './waveform.js';

/** Options of {@link mfcc}: its own, and those of `melSpectrogram`, whose `norm` is called `melNorm` here. */
export interface MfccOptions extends Omit<MelSpectrogramOptions, 'norm'> {
  /** How many coefficients, at most `nMels`; default 20. */
  nMfcc?: number;
  /** Which cosine transform; default 2. */
  dctType?: DctType;
  /** 'ortho' (the default) keeps distances as they are between the mel bands' decibels; null: SciPy's factor 2. */
  norm?: 'ortho' | null;
  /** Lifts the higher coefficients, n by 1 + lifter / 2 · sin(π (n + 1) / lifter); default 0, not at all. */
  lifter?: number;
  /** 'slaney' (the default) gives each mel band the same area; null leaves triangles of height 1. */
  melNorm?: 'slaney' | null;
}

/**
 * Mel-frequency cepstral coefficients, like `librosa.feature.mfcc`: the cosine transform of each frame's mel bands in
 * decibels. The first coefficient is the level, the next are the coarse shape of the spectrum; pitch is left out.
 *
 * @param waveform - finite everywhere
 * @returns nMfcc coefficients × frames
 * @throws ParameterError for options out of range, and as `melSpectrogram` does
 * @see {@link melSpectrogram}, {@link delta}
 *
 * @example
 * const coefficients = mfcc(waveform, { nMfcc: 13, nFft: 400, hopLength: 320, nMels: 40 });
 */
export function mfcc(waveform: Waveform, options: OrNull<MfccOptions> = {}): FloatMatrix {
  const chosen = given<MfccOptions, 'norm' | 'melNorm'>(options, 'norm', 'melNorm');
  const { nMfcc = 20, dctType = 2, norm = 'ortho', lifter = 0, nMels = 128, melNorm = 'slaney' } = chosen;
  requireInteger('nMfcc', nMfcc);
  requireInteger('nMels', nMels);
  requireNumber('nMfcc', nMfcc, 1, nMels);
  requireChoice('dctType', dctType, [1, 2, 3]);
  requireChoice('norm', norm, ['ortho', null]);
  requireNumber('lifter', lifter, 0);
  if (dctType === 1) requireInteger('nMels', nMels, 2);
  const levels = powerToDb(melSpectrogram(waveform, { ...chosen, nMels, norm: melNorm }));
  const transform = dctMatrix(nMfcc, nMels, dctType, norm);
  if (lifter > 0) {
    for (let n = 0; n < nMfcc; n++) transform.mulRow(n, 1 + (lifter / 2) * Math.sin((Math.PI * (n + 1)) / lifter));
  }
  return matrixProduct(transform, levels);
}

/** Options of {@link delta}. */
export interface DeltaOptions {
  /** Frames that each slope is taken over: odd, at least 3; default 9. */
  width?: number;
  /** 1 (the default) for the slope, 2 for its change. */
  order?: 1 | 2;
}

/**
 * How fast each row changes from frame to frame, like `librosa.feature.delta`: the first or second derivative of the
 * line or parabola that fits `width` frames best (Savitzky and Golay 1964). The ends continue the outermost fit.
 *
 * @param features - rows of at least `width` columns (frames), such as {@link mfcc}
 * @returns the same shape; the unit is the features' per frame, or per frame squared
 * @throws ParameterError for options out of range, too few frames, or numbers that are not finite
 * @see {@link mfcc}
 *
 * @example
 * const all = [coefficients, delta(coefficients), delta(coefficients, { order: 2 })];
 */
export function delta(features: FloatMatrix, options: OrNull<DeltaOptions> = {}): FloatMatrix {
  const { width = 9, order = 1 } = given<DeltaOptions>(options);
  requireInteger('width', width, 3);
  if (width % 2 === 0) throw new ParameterError(`width is ${width}; give an odd number of frames`);
  requireChoice('order', order, [1, 2]);
  requireReal('features', features);
  const { rows, columns, data } = features;
  if (columns < width) throw new ParameterError(`width is ${width}; the features have ${columns} frames`);
  requireFinite('features', data);
  const weights = derivative(width, order);
  const half = (width - 1) / 2;
  const result = new FloatMatrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    const slopes = result.data.subarray(i * columns, (i + 1) * columns);
    for (let t = half; t < columns - half; t++) {
      slopes[t] = weights.reduce((sum, weight, k) => sum + weight * row[t - half + k], 0);
    }
    slopes.fill(slopes[half], 0, half);
    slopes.fill(slopes[columns - 1 - half], columns - half);
  }
  return result;
}

/** What `width` frames weigh in the derivative of their best line (order 1) or parabola (order 2). */
function derivative(width: number, order: 1 | 2): Float64Array {
  const half = (width - 1) / 2;
  const offsets = Float64Array.from({ length: width }, (_, k) => k - half);
  const squares = offsets.reduce((sum, k) => sum + k * k, 0);
  // The best parabola's share of the squares is what their mean does not explain.
  const shape = order === 1 ? offsets : offsets.map((k) => k * k - squares / width);
  const scale = shape.reduce((sum, s, k) => sum + s * offsets[k] ** order, 0);
  return shape.map((s) => (order * s) / scale);
}

/** Which discrete cosine transform: SciPy's types. */
type DctType = 1 | 2 | 3;

/**
 * The discrete cosine transform as a matrix: `dctMatrix(…)` times a column is `scipy.fft.dct` of it, cut after `count`.
 *
 * @param count - rows: how many coefficients
 * @param n - columns: how many values are transformed; at least 2 for type 1
 * @param norm - 'ortho' makes the whole matrix orthogonal; null leaves SciPy's factor 2
 */
export function dctMatrix(count: number, n: number, type: DctType, norm: 'ortho' | null): FloatMatrix {
  const matrix = new FloatMatrix(count, n);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < n; i++) matrix.data[k * n + i] = ENTRIES[type](k, i, n, norm === 'ortho');
  }
  return matrix;
}

/** Entry (k, i) of each type's matrix over n values. */
const ENTRIES: Record<DctType, (k: number, i: number, n: number, ortho: boolean) => number> = {
  1: (k, i, n, ortho) => {
    const isEnd = (j: number) => j === 0 || j === n - 1;
    const wave = Math.cos((Math.PI * k * i) / (n - 1));
    if (!ortho) return (isEnd(i) ? 1 : 2) * wave;
    return Math.sqrt((isEnd(i) ? 0.5 : 1) * (isEnd(k) ? 0.5 : 1) * (2 / (n - 1))) * wave;
  },
  2: (k, i, n, ortho) => {
    const wave = Math.cos((Math.PI * k * (2 * i + 1)) / (2 * n));
    return (ortho ? Math.sqrt((k === 0 ? 1 : 2) / n) : 2) * wave;
  },
  3: (k, i, n, ortho) => {
    const wave = Math.cos((Math.PI * (2 * k + 1) * i) / (2 * n));
    return (ortho ? Math.sqrt((i === 0 ? 1 : 2) / n) : i === 0 ? 1 : 2) * wave;
  },
};
