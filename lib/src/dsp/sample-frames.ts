import { ParameterError } from '../errors.js';
import { requireSamples } from '../numbers.js';
import { requireChoice, requireFinite, requireInteger } from '../validation.js';
import { copyPadded, type PadMode } from './frames.js';

/** How samples are cut into frames without a window. */
export interface SampleFrameOptions {
  /** Samples of a frame, any whole number above 0; default 2048. */
  frameLength?: number;
  /** Samples between the starts of two frames; default 512. */
  hopLength?: number;
  /** Frame t is centred at sample t · hopLength (true, the default) or begins there (false). */
  center?: boolean;
}

/**
 * What `measure` says of each frame, one after the other: the frames of `librosa.util.frame`, centred by padding.
 *
 * @param mode - what lies before and after the signal where frames are centred
 * @param measure - is given the same array each time, with other samples
 * @throws ParameterError for options out of range, samples that are not finite, or fewer than a frame
 */
export function measureFrames(
  samples: Float32Array,
  { frameLength = 2048, hopLength = 512, center = true }: SampleFrameOptions,
  mode: PadMode,
  measure: (frame: Float32Array) => number,
): Float64Array {
  requireSamples('samples', samples);
  requireInteger('frameLength', frameLength);
  requireInteger('hopLength', hopLength);
  requireChoice('padMode', mode, ['constant', 'reflect', 'edge']);
  const pad = center ? frameLength >> 1 : 0;
  const excess = samples.length + 2 * pad - frameLength;
  if (excess < 0 || (samples.length === 0 && mode !== 'constant')) {
    const most = samples.length === 0 ? 'give at least one' : `give a frameLength of at most ${samples.length}`;
    throw new ParameterError(`frameLength is ${frameLength} and the signal has ${samples.length} samples; ${most}`);
  }
  requireFinite('samples', samples);
  const frame = new Float32Array(frameLength);
  return Float64Array.from({ length: 1 + Math.floor(excess / hopLength) }, (_, t) => {
    copyPadded(samples, t * hopLength - pad, frame, mode);
    return measure(frame);
  });
}
