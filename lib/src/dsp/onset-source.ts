import { ParameterError } from '../errors.js';
import { requireSamples, told } from '../numbers.js';
import { requireFinite, requirePositive } from '../validation.js';
import { onsetStrength } from './onset-strength.js';
import { isWaveform, type Waveform } from './waveform.js';

/** What {@link onsetStrength} found, for what goes on from there. */
export interface OnsetEnvelope {
  /** A strength for each frame; finite everywhere. */
  onsetEnvelope: Float32Array;
  /** Samples of the sound per second, in Hz. */
  sampleRate: number;
}

/**
 * A sound's onset strength by the median, or the one that is given, like librosa's functions with `y` or `onset_envelope`.
 *
 * @throws ParameterError for what is neither, or numbers that are not finite
 */
export function onsetEnvelopeOf(
  source: Waveform | OnsetEnvelope,
  hopLength: number,
  aggregate: 'mean' | 'median',
): OnsetEnvelope {
  if (isWaveform(source)) {
    requirePositive('sampleRate', source.sampleRate);
    return { onsetEnvelope: onsetStrength(source, { hopLength, aggregate }), sampleRate: source.sampleRate };
  }
  if (typeof source !== 'object' || source === null || !('onsetEnvelope' in source)) {
    throw new ParameterError(
      `source is ${told(source)}; give a waveform, or { onsetEnvelope, sampleRate } with what onsetStrength gives`,
    );
  }
  requireSamples('onsetEnvelope', source.onsetEnvelope);
  requirePositive('sampleRate', source.sampleRate);
  requireFinite('onsetEnvelope', source.onsetEnvelope);
  return source;
}
