import { ParameterError } from '../errors.js';
import { requireNumbers } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireInteger } from '../validation.js';

/** Coefficients of Σ (−1)^k a_k cos(2πkn / N). */
const COSINES = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
} as const;

/** The name of a window, as in scipy.signal, or its samples. */
export type Window = keyof typeof COSINES | ArrayLike<number>;

/**
 * A window function of `length` samples, like `scipy.signal.get_window`.
 *
 * @param length - samples, a whole number above 0
 * @param options.periodic - true for spectral analysis (the DFT continues the window), false for the symmetric window
 * that `numpy.hanning` gives; default true
 * @throws ParameterError for an unknown name, or samples whose number is not `length`
 * @see {@link hann}
 *
 * @example
 * getWindow('hamming', 3, { periodic: false }); // [0.08, 1, 0.08]
 */
export function getWindow(window: Window, length: number, options: OrNull<{ periodic?: boolean }> = {}): Float64Array {
  const { periodic = true } = given<{ periodic?: boolean }>(options);
  requireInteger('length', length);
  if (typeof window !== 'string') {
    requireNumbers('window', window);
    if (window.length !== length) {
      throw new ParameterError(`window has ${window.length} samples; winLength is ${length}; give as many`);
    }
    return Float64Array.from(window);
  }
  requireChoice('window', window, Object.keys(COSINES) as (keyof typeof COSINES)[]);
  const result = new Float64Array(length);
  if (length === 1) return result.fill(1);
  const period = periodic ? length : length - 1;
  const coefficients = COSINES[window];
  for (let n = 0; n < length; n++) {
    let sum = 0;
    // The cosine of the nearer end keeps the window symmetric to the last bit.
    const turn = (2 * Math.PI * Math.min(n, period - n)) / period;
    coefficients.forEach((a, k) => {
      sum += (k % 2 === 0 ? a : -a) * Math.cos(k * turn);
    });
    result[n] = sum;
  }
  return result;
}

/**
 * The Hann window, 0.5 − 0.5 cos(2πn / length).
 *
 * @param options.periodic - `false` gives `numpy.hanning(length)`; default true, as in `librosa.stft`
 * @returns `length` weights in [0, 1]
 * @throws ParameterError if `length` is not a whole number above 0
 * @see {@link getWindow}
 *
 * @example
 * hann(4); // [0, 0.5, 1, 0.5]
 * hann(5, { periodic: false }); // [0, 0.5, 1, 0.5, 0]
 */
export function hann(length: number, options: OrNull<{ periodic?: boolean }> = {}): Float64Array {
  return getWindow('hann', length, options);
}
