/**
 * A chart: a Vega-Lite 5 specification as a plain value. `show` draws it; `JSON.stringify` gives what the Vega editor,
 * Altair or any other Vega-Lite tool takes.
 */
export interface Spec {
  [key: string]: unknown;
}

/** What every chart takes. */
export interface ChartOptions {
  /** Heading over the chart; none by default. */
  title?: string;
  /** Width of the plotting area in pixels, without axes and legend. */
  width?: number;
  /** Height of the plotting area in pixels. */
  height?: number;
}

/** matplotlib's colour cycle, tab10. */
export const CYCLE: readonly string[] =
  '#1f77b4 #ff7f0e #2ca02c #d62728 #9467bd #8c564b #e377c2 #7f7f7f #bcbd22 #17becf'.split(' ');

/** Size of tick labels and titles, in pixels. */
export const FONT_SIZE = 12;

/** The shape of matplotlib's plotting area in a figure of 12 by 4.8 inches, as the tutorial draws it. */
export const PLOT_WIDTH = 800;
export const PLOT_HEIGHT = 318;

const FONT = 'DejaVu Sans, Verdana, sans-serif';

/** matplotlib's look: a black frame, ticks outside, no grid, upright titles. */
const THEME = {
  background: 'white',
  padding: 8,
  font: FONT,
  view: { stroke: 'black', strokeWidth: 0.8 },
  axis: {
    grid: false,
    domain: false,
    tickColor: 'black',
    tickWidth: 0.8,
    tickSize: 4,
    labelColor: 'black',
    labelFontSize: FONT_SIZE,
    titleColor: 'black',
    titleFontSize: FONT_SIZE,
    titleFontWeight: 'normal',
  },
  legend: {
    labelColor: 'black',
    labelFontSize: FONT_SIZE,
    labelLimit: 320,
    titleColor: 'black',
    titleFontSize: FONT_SIZE,
    titleFontWeight: 'normal',
    gradientStrokeColor: 'black',
    gradientStrokeWidth: 0.8,
  },
  title: { fontSize: 14, fontWeight: 'normal', color: 'black' },
};

/** A whole chart: puts the schema and the theme around its body; without a title where that is undefined. */
export function chart({ title, ...body }: Spec): Spec {
  const heading = title === undefined ? {} : { title };
  return { $schema: 'https://vega.github.io/schema/vega-lite/v5.json', config: THEME, ...heading, ...body };
}

/** A chart as a part of another: without what only a whole chart carries. */
export function part({ $schema: _schema, config: _config, ...body }: Spec): Spec {
  return body;
}

/** A number with so many digits as a picture can show: keeps notebooks small. */
export function rounded(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}

/** The digits with which numbers in a range are told apart in a picture: more where the range lies far from 0. */
export function digitsIn([low, high]: readonly [number, number]): number {
  const offset = Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low));
  return Math.min(17, 6 + Math.max(0, Math.floor(offset)));
}

/**
 * Data and transform of a table that is written column by column: a third of the size of one object per row.
 *
 * Adds a field `row`, counted from 1.
 */
export function table(columns: Record<string, readonly number[]>): { data: Spec; transform: Spec[] } {
  return {
    data: { values: [columns] },
    transform: [{ flatten: Object.keys(columns) }, { window: [{ op: 'row_number', as: 'row' }] }],
  };
}
