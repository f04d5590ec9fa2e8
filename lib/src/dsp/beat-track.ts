import { ParameterError } from '../errors.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireInteger, requirePositive } from '../validation.js';
import { beatPaths, localScore } from './beat-path.js';
import { isLocalMaximum } from './local-maximum.js';
import { median } from './median.js';
import { type OnsetEnvelope, onsetEnvelopeOf } from './onset-source.js';
import { roundHalfToEven } from './round.js';
import { tempo } from './tempo.js';
import type { Waveform } from './waveform.js';
import { hann } from './window.js';

/** Options of {@link beatTrack}. */
export interface BeatTrackOptions {
  /** Samples between the starts of two frames; default 512. */
  hopLength?: number;
  /** The tempo that is most likely beforehand, in beats per minute; default 120. */
  startBpm?: number;
  /** How closely beats keep to the tempo; default 100. */
  tightness?: number;
  /** Leaves out weak beats at both ends (true, the default). */
  trim?: boolean;
  /** The tempo in beats per minute; by default it is estimated. */
  bpm?: number;
  /** The unit of the beats; default 'frames'; 'time' is in seconds. */
  units?: 'frames' | 'samples' | 'time';
}

/** What {@link beatTrack} finds. */
export interface Beats {
  /** In beats per minute; 0 where there is no onset. It is `bpm` where that was given. */
  tempo: number;
  /** Where the beats are, ascending, in `units`. */
  beats: Float64Array;
}

/**
 * Tempo and beats, like `librosa.beat.beat_track`: the tempo is estimated, then those onsets are chosen that are strong and
 * lie a beat apart (Ellis 2007).
 *
 * @param source - a waveform, finite everywhere; or `{ onsetEnvelope, sampleRate }` with what `onsetStrength` gave
 * @throws ParameterError for options out of range, or numbers that are not finite
 * @see {@link tempo}, {@link onsetStrength}
 *
 * @example
 * const { tempo, beats } = beatTrack(waveform, { units: 'time' });
 */
export function beatTrack(source: Waveform | OnsetEnvelope, options: OrNull<BeatTrackOptions> = {}): Beats {
  const chosen = given<BeatTrackOptions>(options);
  const { hopLength = 512, startBpm = 120, tightness = 100, trim = true, units = 'frames' } = chosen;
  requireInteger('hopLength', hopLength);
  requirePositive('startBpm', startBpm);
  requirePositive('tightness', tightness);
  requireChoice('units', units, ['frames', 'samples', 'time']);
  if (chosen.bpm !== undefined) requirePositive('bpm', chosen.bpm);
  const envelope = onsetEnvelopeOf(source, hopLength, 'median');
  const { onsetEnvelope, sampleRate } = envelope;
  if (onsetEnvelope.every((strength) => strength === 0)) return { tempo: 0, beats: new Float64Array(0) };
  if (onsetEnvelope.length === 1) throw new ParameterError('onsetEnvelope has 1 frame; give at least two');
  const bpm = chosen.bpm ?? tempo(envelope, { hopLength, startBpm });
  const framesPerBeat = roundHalfToEven((60 * sampleRate) / hopLength / bpm);
  if (framesPerBeat < 1) {
    throw new ParameterError(`bpm is ${bpm}, of which a beat is shorter than a frame; give a shorter hopLength`);
  }
  const local = localScore(onsetEnvelope, framesPerBeat);
  const { previous, score } = beatPaths(local, framesPerBeat, tightness);
  const path: number[] = [];
  for (let beat = lastBeat(score); beat >= 0; beat = previous[beat]) path.unshift(beat);
  const beats = withoutWeakEnds(path, local, trim);
  const place = (frame: number) => (units === 'time' ? (frame * hopLength) / sampleRate : frame * hopLength);
  return { tempo: bpm, beats: Float64Array.from(beats, (frame) => (units === 'frames' ? frame : place(frame))) };
}

/** The last peak of the score that is at least half as high as their median. */
function lastBeat(score: Float64Array): number {
  const peaks = Array.from(score.keys()).filter((i) => isLocalMaximum(score, i));
  if (peaks.length === 0) return score.length - 1;
  const threshold = 0.5 * median(Float64Array.from(peaks, (i) => score[i]));
  return peaks.findLast((i) => score[i] >= threshold) ?? score.length - 1;
}

/** Leaves out beats before the first, and after the last frame whose score is above half of the beats' smoothed level. */
function withoutWeakEnds(path: number[], local: Float64Array, trim: boolean): number[] {
  const window = hann(5, { periodic: false });
  let squares = 0;
  // Smoothed, and as in librosa two longer than the beats at the end, where only the window's tail is.
  const length = Math.min(path.length + 2, local.length);
  for (let i = 0; i < length; i++) {
    let smooth = 0;
    for (let k = -2; k <= 2; k++) smooth += window[k + 2] * (local[path[i + k]] ?? 0);
    squares += smooth * smooth;
  }
  const threshold = trim ? 0.5 * Math.sqrt(squares / length) : 0;
  const first = local.findIndex((x) => x > threshold);
  const last = local.findLastIndex((x) => x > threshold);
  return path.filter((beat) => beat >= first && beat <= last);
}
