import { ParameterError } from '../errors.js';
import { given, type OrNull } from '../options.js';
import { requireInteger, requirePositive } from '../validation.js';
import { type OnsetEnvelope, onsetEnvelopeOf } from './onset-source.js';
import { meanTempogram } from './tempogram.js';
import type { Waveform } from './waveform.js';

/** Options of {@link tempo}. */
export interface TempoOptions {
  /** Samples between the starts of two frames; default 512. */
  hopLength?: number;
  /** The tempo that is most likely beforehand, in beats per minute; default 120. */
  startBpm?: number;
  /** How far from it tempos are likely, in octaves; default 1. */
  stdBpm?: number;
  /** Seconds over which onsets are compared; default 8. */
  acSize?: number;
  /** Tempos from here on do not count, in beats per minute; default 320; null for no limit. */
  maxTempo?: number | null;
}

/**
 * The tempo, like `librosa.feature.tempo`: the time after which the onsets are most like themselves, where tempos near
 * `startBpm` are the more likely ones. Twice and half the tempo are close rivals.
 *
 * @param source - a waveform, finite everywhere; or `{ onsetEnvelope, sampleRate }` with what `onsetStrength` gave
 * @returns beats per minute: the one number of librosa's answer
 * @throws ParameterError for options out of range, numbers that are not finite, or no frames
 * @see {@link onsetStrength}, {@link beatTrack}
 *
 * @example
 * const bpm = tempo(waveform);
 */
export function tempo(source: Waveform | OnsetEnvelope, options: OrNull<TempoOptions> = {}): number {
  const chosen = given<TempoOptions, 'maxTempo'>(options, 'maxTempo');
  const { hopLength = 512, startBpm = 120, stdBpm = 1, acSize = 8, maxTempo = 320 } = chosen;
  requireInteger('hopLength', hopLength);
  requirePositive('startBpm', startBpm);
  requirePositive('stdBpm', stdBpm);
  requirePositive('acSize', acSize);
  if (maxTempo !== null) requirePositive('maxTempo', maxTempo);
  const { onsetEnvelope, sampleRate } = onsetEnvelopeOf(source, hopLength, 'mean');
  if (onsetEnvelope.length === 0) throw new ParameterError('onsetEnvelope is empty; give at least one frame');
  const lags = Math.floor(Math.trunc(acSize * sampleRate) / hopLength);
  if (lags < 2) {
    throw new ParameterError(`acSize is ${acSize} s; give at least two hops, ${(2 * hopLength) / sampleRate} s`);
  }
  const likeness = meanTempogram(onsetEnvelope, lags);
  const bpmOf = (lag: number) => (60 * sampleRate) / (hopLength * lag);
  let best = 0;
  let highest = -Infinity;
  for (let lag = 1; lag < lags; lag++) {
    if (maxTempo !== null && bpmOf(lag) >= maxTempo) continue;
    const prior = -0.5 * ((Math.log2(bpmOf(lag)) - Math.log2(startBpm)) / stdBpm) ** 2;
    const score = Math.log1p(1e6 * likeness[lag]) + prior;
    if (score > highest) [best, highest] = [lag, score];
  }
  if (best === 0) {
    throw new ParameterError(
      `maxTempo is ${maxTempo}; give more than ${bpmOf(lags - 1)}, the slowest of acSize ${acSize} s`,
    );
  }
  return bpmOf(best);
}
