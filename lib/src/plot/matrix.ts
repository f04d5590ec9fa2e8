import type { AbstractMatrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { given, type OrNull } from '../options.js';
import { requireChoice } from '../validation.js';
import { extent, plainAxis } from './axes/axis.js';
import { FIXED_TICKS } from './axes/ticks.js';
import { timeAxis } from './axes/time-axis.js';
import { TIME_ZOOM, zoomName, zoomParams } from './axes/zoom.js';
import { requireItems, requireMatrix, requireRange, requireSize } from './chart-arguments.js';
import { type ColorOptions, colorbar, colorScale } from './picture/colormap.js';
import { image } from './picture/image.js';
import { evenCells, raster } from './picture/raster.js';
import { MOST_FIELDS, type TooltipOptions, tooltips } from './picture/tooltips.js';
import { type ChartOptions, chart, type Spec } from './spec.js';
import { counted, fromTo, listed } from './words.js';

export interface MatrixOptions extends ChartOptions, ColorOptions {
  /** Titles of the axes; none by default. */
  xTitle?: string;
  yTitle?: string;
  /** `'time'`: the x axis is in seconds and labelled as a spectrogram's, which may stand above or below. */
  xAxis?: 'time';
  /** Where row 0 lies: `'upper'` (default), as a matrix is written, or `'lower'`, as a spectrogram is. */
  origin?: 'upper' | 'lower';
  /** Positions of the first and of the last column on the x axis. Default 0 and columns − 1. */
  xRange?: [number, number];
  /** Positions of the first and of the last row on the y axis. Default 0 and rows − 1. */
  yRange?: [number, number];
  /** The pointer shows place and value of the largest cell near it. Default true. */
  tooltip?: boolean;
  /** Names of the rows, in place of numbers on the y axis. */
  yNames?: readonly string[];
}

/**
 * A matrix as a picture, one coloured cell per entry, as `plt.imshow` or `specshow` without axes draw it.
 *
 * A matrix of more entries than pixels is reduced to the pixels.
 *
 * @param m - (rows, columns) of finite numbers in any unit
 * @throws ParameterError where the matrix is empty or not finite, or an option is out of range
 * @see {@link specshow} for spectrograms, {@link confusionshow} for counts of classes
 *
 * @example
 * await show(matrix(dftMatrix(64).re, { title: 'cos(2πkn / 64)' }));
 */
export function matrix(m: AbstractMatrix, options: OrNull<MatrixOptions> = {}): Spec {
  const chosen = given<MatrixOptions>(options);
  const values = requireMatrix('m', m);
  const { rows, columns } = values;
  const { width = 320, height = 320, origin = 'upper', yNames } = chosen;
  const { xRange = [0, columns - 1], yRange = [0, rows - 1] } = chosen;
  requireSize(chosen);
  if (chosen.xAxis !== undefined) requireChoice('xAxis', chosen.xAxis, ['time']);
  requireChoice('origin', origin, ['upper', 'lower']);
  const colors = colorScale(values.data, chosen, true);
  if (yNames) requireItems('yNames', yNames, 'names');
  if (yNames && yNames.length !== rows) {
    throw new ParameterError(`yNames has ${yNames.length} entries and m has ${rows} rows; give a name for each row`);
  }
  const x = outerEdges('xRange', xRange, columns);
  const y = outerEdges('yRange', yRange, rows);
  const flip = origin === 'upper';
  const up = evenCells(rows, Math.min(height, rows));
  const cells = {
    rows: flip ? { start: up.start.toReversed(), end: up.end.toReversed() } : up,
    columns: evenCells(columns, Math.min(width, columns)),
  };
  // Beside a waveform or a spectrogram only time moves.
  const zoom = chosen.xAxis ? TIME_ZOOM : zoomName(x, y);
  const xEncoding = chosen.xAxis
    ? timeAxis(x)
    : {
        ...plainAxis('x', x, width, chosen.xTitle ?? null, {
          integer: chosen.xRange === undefined,
          view: `${zoom}.column`,
        }),
        field: 'column',
      };
  const yOptions = { integer: chosen.yRange === undefined, ...(chosen.xAxis ? {} : { view: `${zoom}.line` }) };
  const yAxis: Spec = { ...plainAxis('y', y, height, chosen.yTitle ?? null, yOptions), field: 'line' };
  const yScale = { ...(yAxis.scale as Spec), domain: flip ? [y[1], y[0]] : y };
  const yEncoding = { ...yAxis, scale: yScale, ...(yNames ? { axis: namedRows(yNames, yRange) } : {}) };
  const fields: TooltipOptions = {
    x,
    y,
    rows: evenCells(rows, Math.min(MOST_FIELDS, rows), 1),
    line: { title: chosen.yTitle ?? 'row', first: yRange[0], step: stepOf(yRange, rows) },
    column: {
      title: chosen.xTitle ?? (chosen.xAxis ? 'Time (s)' : 'column'),
      first: xRange[0],
      step: stepOf(xRange, columns),
      format: '.6~g',
    },
    value: chosen.unit ?? 'value',
  };
  const size = `${counted(rows, 'row')} × ${counted(columns, 'column')}${yNames ? ` (${listed(yNames)})` : ''}`;
  return chart({
    title: chosen.title,
    description: `Matrix, ${size}, values ${fromTo(...extent(values.data), chosen.unit)}`,
    width,
    height,
    layer: [
      image(
        raster(values, cells, colors),
        { x: xEncoding, y: yEncoding },
        zoomParams(zoom, chosen.xAxis ? ['x'] : ['x', 'y']),
      ),
      ...(chosen.colorbar === false ? [] : [colorbar(colors, height, chosen.unit ?? null)]),
      ...(chosen.tooltip === false ? [] : [tooltips(values, fields)]),
    ],
  });
}

/** A y axis with a name at the middle of each row. */
function namedRows(names: readonly string[], [first, last]: [number, number]): Spec {
  const step = names.length > 1 ? (last - first) / (names.length - 1) : 1;
  const values = names.map((_, row) => first + row * step);
  const labelExpr = `${JSON.stringify(names)}[round((datum.value - ${first}) / ${step})]`;
  return { ...FIXED_TICKS, values, labelExpr, labelLimit: 220 };
}

/** From one of `count` cells to the next, of which the first and the last are given. */
function stepOf([first, last]: [number, number], count: number): number {
  return count > 1 ? (last - first) / (count - 1) : 0;
}

/** The outer edges of `count` cells whose first and last centre are given. */
function outerEdges(name: string, [first, last]: [number, number], count: number): [number, number] {
  if (count > 1) requireRange(`${name}[0]`, first, `${name}[1]`, last);
  const half = count > 1 ? (last - first) / (count - 1) / 2 : 0.5;
  return [first - half, last + half];
}
