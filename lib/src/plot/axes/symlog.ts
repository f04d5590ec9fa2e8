import { autoTicks } from './ticks.js';

/**
 * matplotlib's `symlog` scale of base 2: linear up to a threshold, logarithmic above it.
 *
 * Vega's own `symlog` is log(1 + |x| / constant), another curve; so charts carry these warped units on a linear scale and
 * turn them back into Hz for labels.
 */
export interface Symlog {
  /** Where the logarithmic part begins, in Hz. */
  threshold: number;
  /** Slope of the linear part. */
  slope: number;
}

/** `set_yscale('symlog', linthresh=1000, base=2)`: librosa's mel axis. */
export const MEL_SCALE: Symlog = { threshold: 1000, slope: 2 };

/** `set_yscale('symlog', linthresh=C2, linscale=0.5, base=2)`: librosa's log axis. */
export const LOG_SCALE: Symlog = { threshold: 440 * 2 ** (-33 / 12), slope: 1 };

/** From Hz to warped units. */
export function symlog({ threshold, slope }: Symlog, hz: number): number {
  return Math.abs(hz) <= threshold
    ? hz * slope
    : Math.sign(hz) * threshold * (slope + Math.log2(Math.abs(hz) / threshold));
}

/** From warped units to Hz. */
export function inverseSymlog({ threshold, slope }: Symlog, warped: number): number {
  return Math.abs(warped) <= threshold * slope
    ? warped / slope
    : Math.sign(warped) * threshold * 2 ** (Math.abs(warped) / threshold - slope);
}

/** {@link inverseSymlog} of a positive number, as a Vega expression. */
export function inverseSymlogExpression({ threshold, slope }: Symlog, warped: string): string {
  return `(${warped} <= ${threshold * slope} ? ${warped} / ${slope} : ${threshold} * pow(2, ${warped} / ${threshold} - ${slope}))`;
}

/**
 * Ticks in Hz, as matplotlib's `SymmetricalLogLocator` of base 2 places them: 0 and powers of two above the threshold.
 * Where the whole range is below the threshold, plain ticks.
 */
export function symlogTicks(scale: Symlog, low: number, high: number, length: number, room: number): number[] {
  if (high <= scale.threshold) return autoTicks(low, high, length, room);
  const first = Math.floor(Math.log2(Math.max(scale.threshold, low)));
  const end = Math.ceil(Math.log2(high + 1));
  const zero = low < scale.threshold ? [0] : [];
  const stride = Math.max(1, Math.floor((end - first + zero.length) / 14));
  const ticks = zero;
  for (let exponent = first; exponent < end; exponent += stride) ticks.push(2 ** exponent);
  return ticks.filter((tick) => tick >= low && tick <= high);
}
