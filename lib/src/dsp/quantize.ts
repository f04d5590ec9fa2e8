import { ParameterError } from '../errors.js';
import { requireSamples } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireInteger } from '../validation.js';
import { MersenneTwister } from './mersenne-twister.js';

/** Options of {@link quantize}. */
export interface QuantizeOptions {
  /**
   * 'triangular' adds noise of up to one step before rounding, the sum of two uniform numbers from −½ to ½ step: the mean of the
   * error and its power no longer follow the signal (Lipshitz, Wannamaker and Vanderkooy 1992). Default null, none.
   */
  dither?: 'triangular' | null;
  /** Makes the noise repeatable: the numbers of `numpy.random.RandomState(seed).random((n, 2))`. */
  seed?: number;
}

/**
 * Rounds amplitudes to the 2^bits levels that `bits` bits can tell apart, from −1 to 1 − 2^(1 − bits). Amplitudes
 * beyond are clipped.
 *
 * With few bits the error follows the signal and is heard as distortion; `dither` makes a steady hiss of it, of three times
 * the power (4.8 dB).
 *
 * @param bits - a whole number from 1 to 24
 * @returns as many samples; without dither, quantizing again changes nothing
 * @throws ParameterError if `bits` or an option is out of range
 * @see {@link encodeWav}
 *
 * @example
 * quantize(Float32Array.of(0.3, 0.9), 2); // [0.5, 0.5]
 * quantize(samples, 4, { dither: 'triangular', seed: 0 }); // with noise in place of distortion
 */
export function quantize(samples: Float32Array, bits: number, options: OrNull<QuantizeOptions> = {}): Float32Array {
  const { dither, seed = Math.floor(Math.random() * 2 ** 32) } = given<QuantizeOptions>(options);
  requireSamples('samples', samples);
  requireInteger('bits', bits);
  if (bits > 24) throw new ParameterError(`bits is ${bits}; give a whole number from 1 to 24`);
  if (dither !== undefined) requireChoice('dither', dither, ['triangular', null]);
  requireInteger('seed', seed, 0);
  const steps = 2 ** (bits - 1);
  if (dither === undefined) return samples.map((x) => toLevel(x, steps) / steps);
  const random = new MersenneTwister(seed);
  const noise = () => (random.next() + random.next() - 1) / steps;
  return samples.map((x) => toLevel(x + noise(), steps) / steps);
}

/** The nearest of `2 · steps` levels from −steps to steps − 1, for an amplitude. */
export function toLevel(x: number, steps: number): number {
  return Math.max(-steps, Math.min(steps - 1, Math.round(x * steps)));
}
