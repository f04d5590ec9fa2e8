import { ParameterError } from '../errors.js';
import { isObject } from '../json.js';
import { requireNumbers } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requirePositive } from '../validation.js';
import { extent, logAxis, plainAxis, withLogMargin, withMargin } from './axes/axis.js';
import { zoomName, zoomParams } from './axes/zoom.js';
import { requireItems, requireRange, requireSameLength, requireSize, requireValues } from './chart-arguments.js';
import { type CurveMark, curveMarks, DASHED, isJoined, SOLID, withDashes } from './picture/curve-marks.js';
import { hover } from './picture/hover.js';
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
import { counted, fromTo, listed } from './words.js';

export type { CurveMark };

export interface Curve {
  /** At least one value, all finite. */
  y: ArrayLike<number>;
  /** One position for each value, ascending for a line; default 0, 1, 2, … */
  x?: ArrayLike<number>;
  /** Shown in the legend; default none, as for an empty one. */
  name?: string;
  /** Default the chart's. */
  mark?: CurveMark;
  /** As CSS writes it; default the next of eight that also the colour-blind tell apart. */
  color?: string;
  /** Thickness of a line in pixels. Default 1.5. */
  lineWidth?: number;
  /** Drawn dashed. Default: of two to four lines with names, where none says it, each has dashes of its own. */
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
  const lines = withDashes(all.map((curve, i) => complete(curve, i, chosen)));
  const x = domain('x', lines, chosen.xDomain, xScale);
  const y = domain('y', lines, chosen.yDomain, yScale);
  const xTitle = chosen.xTitle ?? null;
  const yTitle = chosen.yTitle ?? null;
  // Points lie anywhere; of lines only the way along them is enlarged.
  const isPlane = lines.every(({ mark }) => mark === 'points');
  const zoom = isPlane ? zoomName(x, y) : zoomName(x);
  const axisOf = (scale: string) => (scale === 'log' ? logAxis : plainAxis);
  const encoding = {
    x: axisOf(xScale)('x', x, width, xTitle, { view: `${zoom}.x` }),
    y: axisOf(yScale)('y', y, height, yTitle, isPlane ? { view: `${zoom}.y` } : {}),
  };
  // Two curves of one name are two: the legend knows them by their places.
  const named = lines.filter(({ name }) => name);
  const domainOf = { domain: named.map((_, place) => place) };
  const color = { ...domainOf, range: named.map((line) => line.color) };
  const dash = { ...domainOf, range: named.map((line) => line.dash) };
  const labelExpr = `${JSON.stringify(named.map(({ name }) => name))}[datum.value]`;
  const legend = { labelExpr, ...legendSymbols(named) };
  return chart({
    title: chosen.title,
    description: described(lines, chosen, x, y),
    width,
    height,
    layer: lines.map((line, index) => {
      const logX = xScale === 'log' ? Float64Array.from(line.x, Math.log) : line.x;
      const joined = isJoined(line);
      const kept = joined ? thin(logX, line.y, width) : Array.from(line.x, (_, i) => i);
      const points = table({
        x: kept.map((i) => rounded(line.x[i], digitsIn(x))),
        y: kept.map((i) => rounded(line.y[i], digitsIn(y))),
      });
      const position = { x: { ...encoding.x, field: 'x' }, y: { ...encoding.y, field: 'y' } };
      const place = named.indexOf(line);
      const name = place < 0 ? [] : [{ calculate: String(place), as: 'curve' }];
      const byCurve = (scale: Spec) => ({ field: 'curve', type: 'nominal', scale, title: null, legend });
      const drawn = curveMarks(line).map(({ base, ...mark }) => ({
        mark: {
          clip: true,
          tooltip: null,
          ...(place < 0 ? { color: line.color, strokeDash: line.dash } : {}),
          ...mark,
        },
        encoding: {
          ...(base ? { y2: { datum: 0 } } : {}),
          ...(place < 0 ? {} : { color: byCurve(color) }),
          ...(place < 0 || !joined ? {} : { strokeDash: byCurve(dash) }),
        },
      }));
      const told = hover([
        { field: 'x', title: xTitle ?? 'x' },
        { field: 'y', title: line.name ?? yTitle ?? 'y' },
      ]);
      return {
        data: points.data,
        transform: [...points.transform, ...name],
        encoding: position,
        layer: [
          ...(index === 0 ? [{ params: zoomParams(zoom, isPlane ? ['x', 'y'] : ['x']), ...drawn[0] }] : [drawn[0]]),
          ...drawn.slice(1),
          told,
        ],
      };
    }),
  });
}

/** In the legend a line is a piece of itself, long enough that its dashes show, and points are a dot. */
function legendSymbols(lines: readonly Line[]): Spec {
  if (lines.every(isJoined)) return { symbolSize: 500 };
  if (!lines.some(isJoined)) return {};
  // Vega makes room for dots alone.
  const shapes = lines.map((line) => (isJoined(line) ? 'M-2.2,0L2.2,0' : 'circle'));
  const shape = { value: { expr: `${JSON.stringify(shapes)}[datum.value]` } };
  // As that of points is: Vega-Lite makes one legend for all curves.
  const opacity = { value: 1 };
  return { symbolOffset: 6, labelOffset: 12, encoding: { symbols: { shape, opacity } } };
}

type Line = Required<Omit<Curve, 'name' | 'dashed'>> & { name?: string; dash: readonly number[] };

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
  const { color = CYCLE[index % CYCLE.length], dashed } = curve;
  const { lineWidth = 1.5 } = curve;
  requirePositive(at('lineWidth'), lineWidth);
  return { color, lineWidth, dash: dashed ? DASHED : SOLID, ...curve, x, y, mark };
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

/** '2 curves: tone, samples; Time (ms) 0 to 5, Amplitude −0.5 to 0.5'. */
function described(
  lines: readonly Line[],
  { xTitle = 'x', yTitle = 'y' }: CurvesOptions,
  x: [number, number],
  y: [number, number],
): string {
  const names = [...new Set(lines.flatMap(({ name }) => name || []))];
  const ends = (axis: 'x' | 'y', [low, high]: [number, number]): string => {
    const seen = extent(lines.flatMap((line) => extent(line[axis])));
    return fromTo(Math.max(low, seen[0]), Math.min(high, seen[1]));
  };
  const axes = `${xTitle} ${ends('x', x)}, ${yTitle} ${ends('y', y)}`;
  return `${counted(lines.length, 'curve')}${names.length > 0 ? `: ${listed(names)}` : ''}; ${axes}`;
}
