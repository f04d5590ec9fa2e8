import { FONT_SIZE, type Spec } from '../spec.js';
import { autoTicks, FIXED_TICKS, logTicks, movingTicks, tickFormat, tickLabels } from './ticks.js';

/** What a tick label needs along its axis, in pixels: matplotlib's estimate from the font size. */
export const LABEL_ROOM: { x: number; y: number } = { x: 3 * FONT_SIZE, y: 2 * FONT_SIZE };

/** The mean width of a digit with its share of the gap between labels, in pixels. */
const LABEL_CHARACTER = 0.7 * FONT_SIZE;

/** The smallest and the largest of some numbers. */
export function extent(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}

/** The range of an axis around [low, high], with matplotlib's margin of 5 % on both sides. */
export function withMargin(low: number, high: number): [number, number] {
  if (low === high) {
    const half = Math.abs(low) * 0.055 || 0.055;
    return [low - half, high + half];
  }
  const margin = 0.05 * (high - low);
  return [low - margin, high + margin];
}

/** {@link withMargin} on a log axis: 5 % of the decades. */
export function withLogMargin(low: number, high: number): [number, number] {
  const [from, to] = withMargin(Math.log10(low), Math.log10(high));
  return [Math.max(10 ** from, Number.MIN_VALUE), Math.min(10 ** to, Number.MAX_VALUE)];
}

export interface AxisOptions {
  /** Ticks at whole numbers only. Default false. */
  integer?: boolean;
  /** The range that is seen, as an expression, where a selection moves the axis. */
  view?: string;
}

/** Encoding of a plain axis over `domain`: scale, ticks and labels as matplotlib sets them. */
export function plainAxis(
  channel: 'x' | 'y',
  domain: [number, number],
  length: number,
  title: string | null,
  { integer = false, view }: AxisOptions = {},
): Spec {
  const values = fittingTicks(channel, domain, length, integer);
  const format = tickFormat(values);
  return {
    type: 'quantitative',
    title,
    scale: { domain, nice: false, zero: false },
    axis: view
      ? movingTicks(values, `format(datum.value, '${format}')`, view, length)
      : { ...FIXED_TICKS, values, format },
  };
}

/** matplotlib's ticks; along x as many of them as their labels leave room for. */
function fittingTicks(channel: 'x' | 'y', [low, high]: [number, number], length: number, integer: boolean): number[] {
  for (let room = LABEL_ROOM[channel]; ; room *= 1.5) {
    const ticks = autoTicks(low, high, length, room, integer);
    const widest = Math.max(...tickLabels(ticks).map((label) => label.length)) * LABEL_CHARACTER;
    const apart = ((ticks[1] - ticks[0]) / (high - low)) * length;
    if (channel === 'y' || ticks.length <= 2 || widest < apart || room > length) return ticks;
  }
}

/** A power of ten written with raised digits, as a Vega expression. */
const POWER = ['-⁻', '1¹', '2²', '3³', '4⁴', '5⁵', '6⁶', '7⁷', '8⁸', '9⁹', '0⁰'].reduce(
  (text, [plain, raised]) => `replace(${text}, /${plain}/g, '${raised}')`,
  'toString(round(log(datum.value) / LN10))',
);

/**
 * Encoding of a log axis over `domain`: long ticks with 10ⁿ at the decades, short ones between. So little of a decade that
 * it has hardly any has plain ticks, as in matplotlib.
 */
export function logAxis(
  channel: 'x' | 'y',
  domain: [number, number],
  length: number,
  title: string | null,
  { view }: AxisOptions = {},
): Spec {
  const { major, minor } = logTicks(domain[0], domain[1]);
  const labelled = [...major, ...minor].filter((tick) => /^[125]/.test(tick.toExponential(0)));
  if (labelled.length < 2) {
    const plain = plainAxis(channel, domain, length, title, { view });
    return { ...plain, scale: { type: 'log', domain, nice: false } };
  }
  const isMajor = 'abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6';
  // Less than a decade: one label would not tell the scale.
  const isLabelled = "test(/^[125]/, format(datum.value, '.0e'))";
  const power = `${isMajor} ? '10' + ${POWER} : ''`;
  const plain = `${isLabelled} ? format(datum.value, '~g') : ''`;
  const values = [...major, ...minor].sort((a, b) => a - b);
  const labelExpr = major.length > 1 ? power : plain;
  return {
    type: 'quantitative',
    title,
    scale: { type: 'log', domain, nice: false },
    axis: {
      ...(view ? movingTicks(values, `(${labelExpr})`, view, length) : { ...FIXED_TICKS, values, labelExpr }),
      tickSize: { condition: { test: isMajor, value: 4 }, value: 2.5 },
    },
  };
}
