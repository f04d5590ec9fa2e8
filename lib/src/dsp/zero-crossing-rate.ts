import { given, type OrNull } from '../options.js';
import { requireNumber } from '../validation.js';
import { measureFrames, type SampleFrameOptions } from './sample-frames.js';

/** Options of {@link zeroCrossingRate}. */
export interface ZeroCrossingRateOptions extends SampleFrameOptions {
  /** Samples of this size and below count as 0; default 1e-10. */
  threshold?: number;
  /** Whether 0 counts as positive (true, the default) or as a sign of its own. */
  zeroPos?: boolean;
  /** Whether each frame's first sample counts as a crossing; default false. */
  pad?: boolean;
}

/**
 * How often the signal changes its sign, like `librosa.feature.zero_crossing_rate`: low for a tone, high for noise. The ends
 * of the signal are continued by their samples.
 *
 * @param samples - finite everywhere
 * @returns for each frame, crossings per sample, from 0 to 1: row 0 of librosa's answer
 * @throws ParameterError for options out of range, samples that are not finite, or none
 * @see {@link rms}, {@link spectralCentroid}
 *
 * @example
 * zeroCrossingRate(Float32Array.of(1, -1, 1, -1), { frameLength: 4, center: false }); // [0.75]
 */
export function zeroCrossingRate(samples: Float32Array, options: OrNull<ZeroCrossingRateOptions> = {}): Float64Array {
  const chosen = given<ZeroCrossingRateOptions>(options);
  const { threshold = 1e-10, zeroPos = true, pad = false } = chosen;
  requireNumber('threshold', threshold, 0);
  const sign = (x: number) => (Math.abs(x) <= threshold ? Number(zeroPos) : Math.sign(x));
  return measureFrames(samples, chosen, 'edge', (frame) => {
    let crossings = Number(pad);
    let previous = sign(frame[0]);
    for (let i = 1; i < frame.length; i++) {
      const current = sign(frame[i]);
      if (current !== previous) crossings++;
      previous = current;
    }
    return crossings / frame.length;
  });
}
