import { ParameterError } from '../errors.js';
import { requireSamples } from '../numbers.js';
import { requireInteger } from '../validation.js';

/**
 * Rounds amplitudes to the 2^bits levels that `bits` bits can tell apart, from −1 to 1 − 2^(1 − bits). Amplitudes
 * beyond are clipped.
 *
 * @param bits - a whole number from 1 to 24
 * @returns as many samples; quantizing again changes nothing
 * @throws ParameterError if `bits` is out of range
 * @see {@link encodeWav}
 *
 * @example
 * quantize(Float32Array.of(0.3, 0.9), 2); // [0.5, 0.5]
 */
export function quantize(samples: Float32Array, bits: number): Float32Array {
  requireSamples('samples', samples);
  requireInteger('bits', bits);
  if (bits > 24) throw new ParameterError(`bits is ${bits}; give a whole number from 1 to 24`);
  const steps = 2 ** (bits - 1);
  return samples.map((x) => toLevel(x, steps) / steps);
}

/** The nearest of `2 · steps` levels from −steps to steps − 1, for an amplitude. */
export function toLevel(x: number, steps: number): number {
  return Math.max(-steps, Math.min(steps - 1, Math.round(x * steps)));
}
