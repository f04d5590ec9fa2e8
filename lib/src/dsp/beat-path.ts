import { TINY } from './normalize-columns.js';
import { roundHalfToEven } from './round.js';

/** The onset strength over its deviation, smoothed by a bell whose deviation is a beat's 32nd. */
export function localScore(onsetEnvelope: Float32Array, framesPerBeat: number): Float64Array {
  const { length } = onsetEnvelope;
  const onsets = overDeviation(onsetEnvelope);
  const bell = Float64Array.from({ length: framesPerBeat + 1 }, (_, d) =>
    Math.exp(-0.5 * ((d * 32) / framesPerBeat) ** 2),
  );
  return Float64Array.from({ length }, (_, i) => {
    let sum = 0;
    // As in librosa, what stands in the first frame counts nowhere.
    for (let j = Math.max(i - framesPerBeat, 1); j <= Math.min(i + framesPerBeat, length - 1); j++) {
      sum += bell[Math.abs(i - j)] * onsets[j];
    }
    return sum;
  });
}

/** Over the standard deviation of a sample. */
function overDeviation(x: Float32Array): Float32Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (x.length - 1));
  return x.map((value) => value / (deviation + TINY));
}

/** For each frame the beat before it on the best path (−1 for none), and what that path is worth. */
export interface BeatPaths {
  previous: Int32Array;
  score: Float64Array;
}

/**
 * The best path of beats to each frame, by dynamic programming (Ellis 2007): strong onsets count, and steps that are not a
 * beat long cost `tightness` times the square of their logarithm.
 */
export function beatPaths(local: Float64Array, framesPerBeat: number, tightness: number): BeatPaths {
  const { length } = local;
  const previous = new Int32Array(length);
  const score = new Float64Array(length);
  const threshold = 0.01 * local.reduce((most, x) => Math.max(most, x), -Infinity);
  let begun = false;
  for (let i = 0; i < length; i++) {
    let best = -Infinity;
    let from = -1;
    for (let at = i - Math.max(roundHalfToEven(framesPerBeat / 2), 1); at >= Math.max(i - 2 * framesPerBeat, 0); at--) {
      const value = score[at] - tightness * (Math.log(i - at) - Math.log(framesPerBeat)) ** 2;
      if (value > best) [best, from] = [value, at];
    }
    score[i] = from < 0 ? local[i] : local[i] + best;
    begun ||= local[i] >= threshold;
    previous[i] = begun ? from : -1;
  }
  return { previous, score };
}
