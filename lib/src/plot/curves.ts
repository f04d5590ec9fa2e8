import { ParameterError } from '../errors.js';
import { isObject } from '../json.js';
import { requireNumbers } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice } from '../validation.js';
import { extent, logAxis, plainAxis, withLogMargin, withMargin } from './axes/axis.js';
import { requireItems, requireRange, requireSameLength, requireSize, requireValues } from './chart-arguments.js';
import { thin } from './picture/thin.js';
import {
  type ChartOptions,
  CYCLE,
  chart,
  digitsIn,
  PLOT_HEIGHT,
  PLOT_WIDTH,
  rounded,
  type Spec,
  table,
} from './spec.js';

/** How the points of a curve are drawn: joined, as steps that hold each value, as dots, or as dots on stems from 0. */
export type CurveMark = 'line' | 'step' | 'points' | 'stems';

export interface Curve {
  /** At least one value, all finite. */
  y: ArrayLike<number>;
  /** One position for each value, ascending for a line; default 0, 1, 2, … */
  x?: ArrayLike<number>;
  /** Shown in the legend; default none, as for an empty one. */
  name?: string;
  /** Default the chart's. */
  mark?: CurveMark;
  /** As CSS writes it; default the next of matplotlib's cycle. */
  color?: string;
  /** Drawn dashed. Default false. */
  dashed?: boolean;
}

export interface CurvesOptions extends ChartOptions {
  /** Titles of the axes; none by default. */
  xTitle?: string;
  yTitle?: string;
  /** Default `'linear'`. */
  xScale?: 'linear' | 'log';
  yScale?: 'linear' | 'log';
  /** Range of the axis; default all points and 5 % on both sides. */
  xDomain?: [number, number];
  yDomain?: [number, number];
  /** Default `'line'`. */
  mark?: CurveMark;
}

/** The most dots of one curve; more are neither seen nor kept in a notebook. */
const MOST_DOTS = 5000;

/**
 * Curves over a common axis, as `plt.plot`, `plt.step` and `plt.stem` draw them.
 *
 * A long line is reduced to the points that show: extremes are kept.
 *
 * @param series - one curve or several, each with as many positions as values; at most 5000 as points or stems
 * @throws ParameterError where there is no curve, or one is empty, not finite, of unequal lengths, or not positive on a log axis
 * @see {@link spectrum} for levels over frequency, {@link waveshow} for sound, {@link trainingCurves} for losses
 *
 * @example
 * await show(curves([{ y: hann(64), name: 'Hann' }, { y: ones, name: 'none' }], { xTitle: 'Sample' }));
 */
export function curves(series: OrNull<Curve> | readonly OrNull<Curve>[], options: OrNull<CurvesOptions> = {}): Spec {
  const chosen = given<CurvesOptions>(options);
  if (!isObject(series)) requireItems('series', series as readonly Curve[], 'curves, { y }', isObject);
  const all = (Array.isArray(series) ? series : [series]).map((curve) => given<Curve>(curve));
  const { width = PLOT_WIDTH, height = PLOT_HEIGHT, xScale = 'linear', yScale = 'linear' } = chosen;
  if (all.length === 0) throw new ParameterError('series is empty; give at least one curve');
  requireSize(chosen);
  requireChoice('xScale', xScale, ['linear', 'log']);
  requireChoice('yScale', yScale, ['linear', 'log']);
  const lines = all.map((curve, i) => complete(curve, i, chosen));
  const x = domain('x', lines, chosen.xDomain, xScale);
  const y = domain('y', lines, chosen.yDomain, yScale);
  const xTitle = chosen.xTitle ?? null;
  const yTitle = chosen.yTitle ?? null;
  const encoding = {
    x: xScale === 'log' ? logAxis('x', x, width, xTitle) : plainAxis('x', x, width, xTitle),
    y: yScale === 'log' ? logAxis('y', y, height, yTitle) : plainAxis('y', y, height, yTitle),
  };
  // Two curves of one name are two: the legend knows them by their places.
  const named = lines.filter(({ name }) => name);
  const color = { domain: named.map((_, place) => place), range: named.map((line) => line.color) };
  const labelExpr = `${JSON.stringify(named.map(({ name }) => name))}[datum.value]`;
  return chart({
    title: chosen.title,
    width,
    height,
    layer: lines.flatMap((line) => {
      const logX = xScale === 'log' ? Float64Array.from(line.x, Math.log) : line.x;
      const joined = line.mark === 'line' || line.mark === 'step';
      const kept = joined ? thin(logX, line.y, width) : Array.from(line.x, (_, i) => i);
      const points = table({
        x: kept.map((i) => rounded(line.x[i], digitsIn(x))),
        y: kept.map((i) => rounded(line.y[i], digitsIn(y))),
      });
      const position = { x: { ...encoding.x, field: 'x' }, y: { ...encoding.y, field: 'y' } };
      const place = named.indexOf(line);
      const name = place < 0 ? [] : [{ calculate: String(place), as: 'curve' }];
      const legend = { color: { field: 'curve', type: 'nominal', scale: color, title: null, legend: { labelExpr } } };
      return marks(line).map(({ base, ...mark }) => ({
        data: points.data,
        transform: [...points.transform, ...name],
        mark: { clip: true, tooltip: null, ...(place < 0 ? { color: line.color } : {}), ...mark },
        encoding: { ...position, ...(base ? { y2: { datum: 0 } } : {}), ...(place < 0 ? {} : legend) },
      }));
    }),
  });
}

type Line = Required<Omit<Curve, 'name'>> & { name?: string };

function complete(curve: Curve, index: number, options: CurvesOptions): Line {
  const at = (field: string): string => `series[${index}].${field}`;
  requireNumbers(at('y'), curve.y);
  const { y, x = Array.from({ length: y.length }, (_, i) => i), mark = options.mark ?? 'line' } = curve;
  requireValues(at('y'), y);
  requireValues(at('x'), x);
  requireSameLength(at('x'), x, at('y'), y);
  requireChoice(at('mark'), mark, ['line', 'step', 'points', 'stems']);
  if ((mark === 'points' || mark === 'stems') && y.length > MOST_DOTS) {
    throw new ParameterError(
      `${at('y')} has ${y.length} values; mark '${mark}' shows at most ${MOST_DOTS}, take a part`,
    );
  }
  return { color: CYCLE[index % CYCLE.length], dashed: false, ...curve, x, y, mark };
}

function domain(
  axis: 'x' | 'y',
  lines: readonly Line[],
  given: [number, number] | undefined,
  scale: string,
): [number, number] {
  const ends = lines.map((line) => extent(line[axis]));
  if (axis === 'y' && lines.some(({ mark }) => mark === 'stems')) ends.push([0, 0]);
  const [low, high] = given ?? [Math.min(...ends.map(([least]) => least)), Math.max(...ends.map(([, most]) => most))];
  if (given) requireRange(`${axis}Domain[0]`, low, `${axis}Domain[1]`, high);
  if (scale === 'log' && low <= 0) {
    throw new ParameterError(`${axis} begins at ${low}; a log axis needs values above 0`);
  }
  if (given) return given;
  return (scale === 'log' ? withLogMargin : withMargin)(low, high);
}

/** Vega-Lite marks of a curve; `base` where the mark reaches down to 0. */
function marks({ mark, dashed }: Line): (Spec & { base?: boolean })[] {
  const dash = dashed ? { strokeDash: [5, 3] } : {};
  const dots = { type: 'point', filled: true, size: 25, opacity: 1 };
  if (mark === 'points') return [dots];
  if (mark === 'stems') return [{ type: 'rule', strokeWidth: 1, base: true }, dots];
  const line = { type: 'line', strokeWidth: 1.5, strokeJoin: 'round', ...dash };
  return [mark === 'step' ? { ...line, interpolate: 'step-after' } : line];
}
