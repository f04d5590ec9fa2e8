import { ParameterError } from '../errors.js';
import { requireSamples } from '../numbers.js';

/**
 * The largest amplitude, whatever its sign: `np.abs(y).max()`. `Math.max(...samples)` fails above some 100,000 samples,
 * which is five seconds of sound.
 *
 * @returns 0 for silence, 1 at full scale; NaN if a sample is NaN
 * @throws ParameterError where there are no samples
 * @see {@link load}, {@link amplitudeToDb}
 *
 * @example
 * peak(Float32Array.of(0.25, -0.5)); // 0.5
 */
export function peak(samples: Float32Array | Float64Array): number {
  requireSamples('samples', samples);
  if (samples.length === 0) throw new ParameterError('samples is empty; give at least one');
  let highest = 0;
  for (let i = 0; i < samples.length; i++) {
    const size = Math.abs(samples[i]);
    if (Number.isNaN(size)) return size;
    if (size > highest) highest = size;
  }
  return highest;
}
