import { ParameterError } from '../errors.js';
import { requireInteger } from '../validation.js';

/** What a normal variable is within of its mean 95 times in 100, in standard deviations. */
const Z = 1.959963984540054;

/**
 * Between which shares the true one lies, after so many successes in so many trials: Wilson's score interval (1927) at a
 * confidence of 95 %; `scipy.stats.binomtest(count, trials).proportion_ci(method='wilson')`.
 *
 * @param count - successes, such as clips that were told right
 * @param trials - clips in all, 1 at least
 * @returns the lower and the upper end, each in [0, 1]
 * @throws ParameterError unless both are whole numbers and `count` is at most `trials`
 * @see {@link accuracy}, {@link classificationReport} for recalls and their counts
 *
 * @example
 * wilsonInterval(54, 60); // [0.799, 0.953]
 */
export function wilsonInterval(count: number, trials: number): [low: number, high: number] {
  requireInteger('trials', trials);
  requireInteger('count', count, 0);
  if (count > trials) throw new ParameterError(`count is ${count}; give at most the number of trials, ${trials}`);
  const share = count / trials;
  const square = Z ** 2 / trials;
  const centre = share + square / 2;
  const reach = Z * Math.sqrt((share * (1 - share) + square / 4) / trials);
  const ends = [centre - reach, centre + reach].map((end) => Math.min(1, Math.max(0, end / (1 + square))));
  return [count === 0 ? 0 : ends[0], count === trials ? 1 : ends[1]];
}
