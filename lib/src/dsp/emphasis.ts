import { ParameterError } from '../errors.js';
import { requireSamples } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireFinite, requireNumber } from '../validation.js';

/** Options of {@link preemphasis} and {@link deemphasis}. */
export interface EmphasisOptions {
  /** From 0 (nothing changes) to 1 (the difference of neighbours); default 0.97. */
  coef?: number;
  /** The filter's state, which is added to the first sample; by default that of the line through the first two samples. */
  zi?: number;
}

/**
 * Raises high frequencies, y[n] − coef · y[n − 1], like `librosa.effects.preemphasis`.
 *
 * @param samples - finite everywhere; two or more, or one with `zi`
 * @returns as many samples
 * @throws ParameterError for options out of range, samples that are not finite, or too few
 * @see {@link deemphasis}
 *
 * @example
 * preemphasis(Float32Array.of(1, 1, 1)); // [2, 0.03, 0.03]; with { zi: 0 } it begins with 1
 */
export function preemphasis(samples: Float32Array, options: OrNull<EmphasisOptions> = {}): Float32Array {
  const { coef, zi } = checked(samples, options);
  const weight = Math.fround(-coef);
  const before = Math.fround(zi ?? 2 * samples[0] - samples[1]);
  return samples.map((x, n) => x + (n === 0 ? before : Math.fround(weight * samples[n - 1])));
}

/**
 * Takes back what {@link preemphasis} did, x[n] = y[n] + coef · x[n − 1], like `librosa.effects.deemphasis`.
 *
 * @param samples - finite everywhere; two or more, or one with `zi`
 * @returns as many samples
 * @throws ParameterError for options out of range, samples that are not finite, or too few
 * @see {@link preemphasis}
 *
 * @example
 * deemphasis(preemphasis(samples)); // samples again, to float32's precision
 */
export function deemphasis(samples: Float32Array, options: OrNull<EmphasisOptions> = {}): Float32Array {
  const { coef, zi } = checked(samples, options);
  const weight = Math.fround(coef);
  const result = new Float32Array(samples.length);
  // As in SciPy the state is kept in float32: what it loses there comes back with each sample.
  let state = Math.fround(zi ?? 0);
  for (let n = 0; n < samples.length; n++) {
    result[n] = samples[n] + state;
    state = Math.fround(weight * result[n]);
  }
  if (zi !== undefined) return result;
  // What the line before the first sample would have left, fading.
  const start = ((2 - coef) * samples[0] - samples[1]) / (3 - coef);
  return result.map((x, n) => x - start * coef ** n);
}

function checked(samples: Float32Array, options: OrNull<EmphasisOptions>): { coef: number; zi: number | undefined } {
  const { coef = 0.97, zi } = given<EmphasisOptions>(options);
  requireSamples('samples', samples);
  requireNumber('coef', coef, 0, 1);
  if (zi !== undefined) requireNumber('zi', zi);
  if (samples.length < 2 && zi === undefined) {
    throw new ParameterError(`samples has ${samples.length}; give two or more, or zi`);
  }
  requireFinite('samples', samples);
  return { coef, zi };
}
