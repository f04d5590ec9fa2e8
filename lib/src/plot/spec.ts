import { isObject } from '../json.js';

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

/**
 * Blue, orange, green, red, purple, brown, pink and grey, as in matplotlib's cycle, but in shades that also those tell
 * apart who see no red, no green or no blue: any two of them differ by 16 or more (CIEDE2000).
 */
export const CYCLE: readonly string[] = '#006cc4 #ff8821 #63ad85 #d71e23 #93859e #751f2a #e094f4 #636765'.split(' ');

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
    titlePadding: 8,
    gradientStrokeColor: 'black',
    gradientStrokeWidth: 0.8,
  },
  title: { fontSize: 14, fontWeight: 'normal', color: 'black' },
};

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json';

/**
 * A whole chart: puts the schema and the theme around its body; without a title where that is undefined.
 *
 * @param spec - its `description` says in words what is seen, made from the data: screen readers read it out
 */
export function chart({ title, description, ...body }: Spec): Spec {
  const heading = title === undefined ? {} : { title };
  const words = [title, description].filter(Boolean).join(': ');
  return { $schema: SCHEMA, config: THEME, description: words, ...heading, ...body };
}

/** A chart as a part of another: without what only a whole chart carries. */
export function part({ $schema: _schema, config: _config, description: _description, ...body }: Spec): Spec {
  return body;
}

/** Whether a value is a chart: a Vega-Lite specification that names its schema, as those of this library do. */
export function isChart(value: unknown): value is Spec {
  return isObject(value) && typeof value.$schema === 'string' && /\/vega-lite\/v5\b/.test(value.$schema);
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
