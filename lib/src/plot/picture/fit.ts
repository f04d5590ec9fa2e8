import type { Spec } from '../spec.js';
import { CHARACTER_WIDTH, type Drawing } from './render.js';

/** How vega-embed, which shows charts in JupyterLab, is told to fit one into its column. */
export interface EmbedOptions {
  defaultStyle: string;
  /** Changes of the Vega specification that Vega-Lite makes of the chart. (RFC 6902) */
  patch: Spec[];
}

/** No chart becomes narrower than this, in pixels, without its axes; in a narrower column it is scrolled. */
const LEAST = 100;

/** Charts side by side go below each other before they become narrower than this. */
const LEAST_IN_ROW = 120;

/** Of the titles of charts side by side, in pixels. */
const TITLE_SIZE = 14;

/** An estimate of text and the truth differ by less, in pixels: nothing changes on account of so little. */
const SLACK = 24;

/** Vega-Lite's space between charts, and around a picture, in pixels. */
const SPACING = 28;
const PADDING = 16;

/**
 * vega-embed's own style makes a chart's frame as wide as the chart: it would never learn of the column. This one is
 * the same, but for a frame that fills the column.
 */
const STYLE = [
  '.vega-embed{position:relative;display:block;box-sizing:border-box}',
  '.vega-embed.has-actions{padding-right:38px}',
  '.vega-embed details:not([open])>:not(summary){display:none!important}',
  '.vega-embed summary{list-style:none;position:absolute;top:0;right:0;padding:6px;z-index:1000;background:white;' +
    'box-shadow:1px 1px 3px rgba(0,0,0,.1);color:#1b1e23;border:1px solid #aaa;border-radius:999px;opacity:.2;' +
    'cursor:pointer;line-height:0}',
  '.vega-embed summary svg{width:14px;height:14px}',
  '.vega-embed:hover summary,.vega-embed:focus-within summary,.vega-embed details[open] summary{opacity:1}',
  '.vega-embed .vega-actions{position:absolute;z-index:1001;top:35px;right:0;display:flex;flex-direction:column;' +
    'padding:8px 0;border-radius:4px;box-shadow:0 2px 8px rgba(0,0,0,.2);border:1px solid #d9d9d9;background:white}',
  '.vega-embed .vega-actions a{padding:8px 16px;font:600 14px sans-serif;white-space:nowrap;color:#434a56;' +
    'text-decoration:none}',
  '.vega-embed .vega-actions a:hover{background:#f7f7f9;color:black}',
].join('');

/**
 * What makes a chart shrink with its column, down to a least width, and charts side by side go below each other where
 * they have no room. The chart itself keeps its size, and so does its picture.
 *
 * Vega-Lite's own `width: 'container'` knows neither a greatest nor a least width, nor charts side by side.
 */
export function fitted(spec: Spec, { svg, compiled, margins }: Drawing): EmbedOptions {
  const signals = (compiled.signals ?? []) as { name: string; value?: unknown }[];
  const widest = widthOf(spec);
  const options = { defaultStyle: STYLE, patch: zoomSteps(compiled) };
  if (widest === undefined) return options;
  const total = Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]);
  const rest = total - widest;
  const row = panelsOf(spec);
  const fit = row.length > 1 ? wrapped(row, widest, rest, Math.max(0, ...margins)) : plain(widest, rest);
  const ofWidths = signals.flatMap(({ name, value }, i) =>
    typeof value === 'number' && /(^|_)(childWidth|width)$/.test(name)
      ? [{ op: 'replace', path: `/signals/${i}`, value: { name, update: `${value} * fit` } }]
      : [],
  );
  const own = typeof compiled.width === 'number' ? [{ name: 'width', update: `${compiled.width} * fit` }] : [];
  const added = [column(fit.total), ...fit.signals, ...own];
  // Of several charts the whole picture is measured anew only on request.
  const resize = { op: 'add', path: '/autosize', value: { type: 'pad', resize: true } };
  options.patch.push(
    ...ofWidths,
    ...(ofWidths.length > 0 ? [resize] : []),
    ...(compiled.signals ? [] : [{ op: 'add', path: '/signals', value: [] }]),
    ...added.map((value) => ({ op: 'add', path: '/signals/-', value })),
    ...fit.layout,
  );
  return options;
}

/** The width of the column, which no event tells: looked up twice a second, and when the window changes. */
function column(total: string): Spec {
  const now = 'containerSize()[0]';
  return {
    name: 'column',
    init: now,
    on: [
      {
        events: [
          { source: 'window', type: 'resize' },
          { type: 'timer', throttle: 500 },
        ],
        // A frame that is as wide as the chart, as under another style, says nothing of the column.
        update: `abs(${now} - (${total})) < ${SLACK} ? column : ${now}`,
      },
    ],
  };
}

/** Signals and layout by which a chart becomes narrower, and its width then, as an expression. */
interface Fit {
  signals: Spec[];
  layout: Spec[];
  total: string;
}

const clamped = (share: string, least: number): string => `column > 0 ? clamp(${share}, ${least}, 1) : 1`;

function plain(widest: number, rest: number): Fit {
  const update = clamped(`(column - ${rest}) / ${widest}`, Math.min(1, LEAST / widest));
  return { signals: [{ name: 'fit', update }], layout: [], total: `${rest} + ${widest} * fit` };
}

/** Charts side by side shrink while each keeps its least width; then there are fewer of them in a row. */
function wrapped(row: readonly Spec[], widest: number, rest: number, margin: number): Fit {
  const widths = row.map(({ width }) => width as number);
  const least = row.map(({ title, width }) => {
    const letters = typeof title === 'string' ? title.length : 0;
    return (
      Math.min(width as number, Math.max(LEAST_IN_ROW, CHARACTER_WIDTH * TITLE_SIZE * letters)) / (width as number)
    );
  });
  const share = Math.max(...least);
  const most = Math.max(...widths);
  const each = margin + SPACING;
  const all = `(column - ${rest}) / ${widest}`;
  const across = `clamp(floor((column - ${PADDING}) / ${share * most + each}), 1, ${row.length - 1})`;
  const few = `((column - ${PADDING}) / across - ${each}) / ${most}`;
  return {
    signals: [
      { name: 'across', update: `column <= 0 || ${all} >= ${share} ? ${row.length} : ${across}` },
      { name: 'fit', update: clamped(`across === ${row.length} ? ${all} : ${few}`, Math.min(1, LEAST / most)) },
    ],
    layout: [{ op: 'add', path: '/layout/columns', value: { signal: 'across' } }],
    total: `across === ${row.length} ? ${rest} + ${widest} * fit : across * (${each} + ${most} * fit) + ${PADDING}`,
  };
}

/** The charts of a row, where it is a plain one. */
function panelsOf(spec: Spec): readonly Spec[] {
  const panels = (spec.hconcat ?? []) as Spec[];
  return panels.every(({ width }) => typeof width === 'number') ? panels : [];
}

/** The sum of the widths of plots in the widest row, in pixels; undefined where one has no number. */
function widthOf(spec: Spec): number | undefined {
  const parts = (spec.hconcat ?? spec.vconcat) as Spec[] | undefined;
  if (parts === undefined) return typeof spec.width === 'number' ? spec.width : undefined;
  const widths = parts.map(widthOf).filter((width) => width !== undefined);
  if (widths.length < parts.length) return undefined;
  return spec.hconcat ? widths.reduce((sum, width) => sum + width, 0) : Math.max(...widths);
}

/** A notch of the wheel enlarges by a half: Vega-Lite's tenth would take forty of them from a sound to its samples. */
function zoomSteps(node: unknown, path = ''): Spec[] {
  if (typeof node !== 'object' || node === null) return [];
  const { name, on } = node as { name?: unknown; on?: { update?: unknown }[] };
  if (typeof name === 'string' && name.endsWith('_zoom_delta') && Array.isArray(on)) {
    return on.flatMap(({ update }, i) =>
      typeof update === 'string'
        ? [{ op: 'replace', path: `${path}/on/${i}/update`, value: update.replace('1.001', '1.004') }]
        : [],
    );
  }
  const entries = Object.entries(node).filter(([key]) => /^(signals|marks|\d+)$/.test(key));
  return entries.flatMap(([key, value]) => zoomSteps(value, `${path}/${key}`));
}
