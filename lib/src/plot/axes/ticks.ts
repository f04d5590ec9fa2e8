import type { Spec } from '../spec.js';

/**
 * Every axis says where its ticks are; without this Vega drops ticks and moves labels at the ends. Where a column leaves
 * the chart less than its width, every second label goes.
 */
export const FIXED_TICKS: Spec = { tickCount: 100, labelOverlap: 'parity', labelSeparation: 4, labelFlush: false };

/**
 * Ticks of an axis that moves: those given for the whole range, and Vega's own once it has been moved.
 *
 * @param view - the range that is seen, as an expression; it is undefined before the axis is moved
 * @param length - of the axis, in pixels
 */
export function movingTicks(values: readonly number[], label: string, view: string, length: number): Spec {
  return {
    ...FIXED_TICKS,
    tickCount: { expr: `${view} ? ${Math.max(2, Math.round(length / 90))} : 100` },
    values: { expr: `${view} ? null : ${JSON.stringify(values)}` },
    labelExpr: `${view} ? datum.label : ${label}`,
  };
}

/** Nice multiples that matplotlib's `AutoLocator` tries for plain axes. */
export const PLAIN_STEPS: readonly number[] = [1, 2, 2.5, 5, 10];

/** Nice multiples that librosa tries for time axes: parts of a minute. */
export const TIME_STEPS: readonly number[] = [1, 1.5, 5, 6, 10];

export interface TickOptions {
  /** At most so many intervals. */
  bins: number;
  /** Allowed multiples of a power of ten, from 1 to 10. */
  steps?: readonly number[];
  /** Ticks at whole numbers only. */
  integer?: boolean;
}

/**
 * Round numbers in [low, high], as matplotlib's `MaxNLocator` chooses them.
 *
 * @example
 * maxNTicks(-0.27, 5.6, { bins: 10, steps: TIME_STEPS }); // [0, 0.6, 1.2, …, 5.4]
 */
export function maxNTicks(low: number, high: number, options: TickOptions): number[] {
  const { bins, steps: multiples = PLAIN_STEPS, integer = false } = options;
  const span = high - low;
  const middle = (low + high) / 2;
  const power = 10 ** Math.floor(Math.log10(span / bins));
  const offset = Math.abs(middle) / span < 100 ? 0 : Math.sign(middle) * 10 ** Math.floor(Math.log10(Math.abs(middle)));
  const from = low - offset;
  const to = high - offset;
  let steps = [...multiples.slice(0, -1).map((m) => m / 10), ...multiples, 10 * multiples[1]].map((m) => m * power);
  if (integer) steps = steps.filter((step) => step < 1 || Math.abs(step - Math.round(step)) < 0.001);
  const large = steps.findIndex((step) => step >= span / bins);
  for (let i = large < 0 ? steps.length - 1 : large; i >= 0; i--) {
    const step = integer && Math.floor(to) - Math.ceil(from) >= 1 ? Math.max(1, steps[i]) : steps[i];
    const ticks = multiplesIn(from, to, step, offset);
    if (ticks.length >= 2 || i === 0) return ticks;
  }
  return [];
}

function multiplesIn(from: number, to: number, step: number, offset: number): number[] {
  const tolerance = step * Math.max(1e-10, offset === 0 ? 0 : 10 ** (Math.log10(Math.abs(offset) / step) - 12));
  // Steps have two digits at most: what else a sum has comes from binary numbers.
  const decimals = Math.min(100, Math.max(0, 1 - Math.floor(Math.log10(step))));
  const ticks = new Set<number>();
  for (let k = Math.floor(from / step); k * step <= to + tolerance; k++) {
    if (k * step >= from - tolerance) ticks.add(Number((k * step + offset).toFixed(decimals)));
  }
  return [...ticks];
}

/**
 * Ticks of a plain axis, as matplotlib's `AutoLocator` chooses them: as many as the labels leave room for, at most ten.
 *
 * @param length - of the axis, in pixels
 * @param room - what a label needs along the axis, in pixels
 */
export function autoTicks(low: number, high: number, length: number, room: number, integer = false): number[] {
  const bins = Math.min(9, Math.max(1, Math.floor(length / room)));
  return maxNTicks(low, high, { bins, steps: PLAIN_STEPS, integer });
}

/** What a label has beyond so many characters is written as a power of ten, if that is shorter. */
const LONG_LABEL = 10;

/** How ticks are written: with so many digits after the point, as 0.5 or as 5e-1. */
interface TickStyle {
  isPower: boolean;
  digits: number;
}

/** The smallest number of digits after the point that tells each of the ticks apart. */
function tickStyle(ticks: readonly number[]): TickStyle {
  const step = Math.min(...ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i])), Math.abs(ticks[0] || 1));
  const needed = (write: (tick: number, digits: number) => string, most: number): number => {
    let digits = 0;
    while (digits < most && ticks.some((t) => Math.abs(Number(write(t, digits)) - t) > 1e-3 * step)) digits++;
    return digits;
  };
  const fixed = needed((tick, digits) => tick.toFixed(digits), 100);
  const power = needed((tick, digits) => tick.toExponential(digits), 17);
  const longest = (texts: string[]) => Math.max(...texts.map((text) => text.length));
  const length = longest(ticks.map((tick) => tick.toFixed(fixed)));
  const isPower = length > LONG_LABEL && longest(ticks.map((tick) => tick.toExponential(power))) < length;
  return { isPower, digits: isPower ? power : fixed };
}

/** The d3 format that writes each of these ticks with the same, smallest number of digits: no two of them look alike. */
export function tickFormat(ticks: readonly number[]): string {
  const { isPower, digits } = tickStyle(ticks);
  return `.${digits}${isPower ? 'e' : 'f'}`;
}

/** The ticks as {@link tickFormat} has them written. */
export function tickLabels(ticks: readonly number[]): string[] {
  const { isPower, digits } = tickStyle(ticks);
  return ticks.map((tick) => (isPower ? tick.toExponential(digits) : tick.toFixed(digits)));
}

/** Decades that have labels on a log axis, at most. */
const MOST_DECADES = 12;

/**
 * Powers of ten in [low, high] and, between them, the multiples from 2 to 9: matplotlib's ticks on a log axis. Of many
 * decades only each second, third … has a tick.
 */
export function logTicks(low: number, high: number): { major: number[]; minor: number[] } {
  const major: number[] = [];
  const minor: number[] = [];
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const stride = Math.ceil((last - first - 1) / MOST_DECADES) || 1;
  for (let exponent = Math.ceil(first / stride) * stride; exponent <= last; exponent += stride) {
    for (let multiple = 1; multiple < 10; multiple++) {
      const tick = Number(`${multiple}e${exponent}`);
      if (tick < low || tick > high || (multiple > 1 && stride > 1)) continue;
      (multiple === 1 ? major : minor).push(tick);
    }
  }
  return { major, minor };
}
