import { escapeHtml } from '../../html.js';
import { extent, LABEL_ROOM, withMargin } from '../../plot/axes/axis.js';
import { autoTicks, tickLabels } from '../../plot/axes/ticks.js';
import { thin } from '../../plot/picture/thin.js';
import { CYCLE } from '../../plot/spec.js';
import { evaluationMetrics, metricTitle } from '../log-metrics.js';
import type { LogEntry } from '../trainer-state.js';
import type { TrainingView } from './training-watch.js';

/** A curve of a panel, in steps. */
interface Trace {
  name: string;
  color: string;
  x: readonly number[];
  y: readonly number[];
  /** Drawn with a dot at each point. */
  dots?: boolean;
  width?: number;
}

const WIDTH = 336;
const HEIGHT = 200;
/** Room for tick labels and the legend, in pixels. */
const LEFT = 46;
const RIGHT = 18;
const TOP = 26;
const BOTTOM = 38;
const PALE_BLUE = '#b5d3e9';

/**
 * The curves so far as an SVG document of a few kB: loss, and the first metric of the evaluations where there is one.
 *
 * Drawn without Vega, which would take longer than some training steps; undefined before there is anything to draw.
 */
export function trainingPicture({ losses, entries, run }: TrainingView): string | undefined {
  const lossPanel = panelOf([
    { name: '', color: PALE_BLUE, x: losses.step, y: losses.loss, width: 1 },
    { name: 'training loss', color: CYCLE[0], ...points(entries, 'loss'), dots: true },
    { name: 'validation loss', color: CYCLE[1], ...points(entries, 'eval_loss'), dots: true },
  ]);
  const metric = watchedMetric(entries);
  const metricPanel =
    metric === undefined
      ? []
      : panelOf([{ name: metricTitle(metric).toLowerCase(), color: CYCLE[2], ...points(entries, metric), dots: true }]);
  const panels = [lossPanel, metricPanel].filter((traces) => traces.length > 0);
  if (panels.length === 0) return undefined;
  const drawn = panels.map((traces, i) => drawPanel(traces, i * WIDTH, [0, Math.max(run.maxSteps, 1)]));
  const [width, height] = [panels.length * WIDTH, HEIGHT];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="DejaVu Sans, Verdana, sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>` +
    `${drawn.join('')}</svg>`
  );
}

/** The metric that is shown beside the loss: the accuracy, or else the first of an evaluation. */
export function watchedMetric(entries: readonly LogEntry[]): string | undefined {
  const last = entries.findLast((entry) => evaluationMetrics(entry).length > 0);
  if (last === undefined) return undefined;
  const keys = evaluationMetrics(last).map(([key]) => key);
  return keys.find((key) => key === 'eval_accuracy') ?? keys.find((key) => key !== 'eval_loss');
}

function points(entries: readonly LogEntry[], key: string): { x: number[]; y: number[] } {
  const having = entries.filter((entry) => Number.isFinite(entry[key]));
  return { x: having.map(({ step }) => step), y: having.map((entry) => entry[key]) };
}

const panelOf = (traces: readonly Trace[]): Trace[] => traces.filter(({ x }) => x.length > 0);

function drawPanel(traces: readonly Trace[], offset: number, x: [number, number]): string {
  const ends = traces.flatMap((trace) => extent(trace.y)).filter(Number.isFinite);
  const y = withMargin(Math.min(...ends), Math.max(...ends));
  const [width, height] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
  const toX = (value: number) => round(LEFT + ((value - x[0]) / (x[1] - x[0])) * width);
  const toY = (value: number) => round(TOP + (1 - (value - y[0]) / (y[1] - y[0])) * height);
  const xTicks = autoTicks(...x, width, LABEL_ROOM.x, true);
  const yTicks = autoTicks(...y, height, LABEL_ROOM.y);
  const bottom = TOP + height;
  const parts = [
    `<g transform="translate(${offset})"><rect x="${LEFT}" y="${TOP}" width="${width}" height="${height}" `,
    'fill="none" stroke="black" stroke-width=".8"/><path fill="none" stroke="black" stroke-width=".8" d="',
    ...xTicks.map((tick) => `M${toX(tick)} ${bottom}v4`),
    ...yTicks.map((tick) => `M${LEFT} ${toY(tick)}h-4`),
    '"/><g text-anchor="middle">',
    ...tickLabels(xTicks).map((text, i) => `<text x="${toX(xTicks[i])}" y="${bottom + 16}">${text}</text>`),
    `<text x="${LEFT + width / 2}" y="${bottom + 31}">step</text></g><g text-anchor="end">`,
    ...tickLabels(yTicks).map((text, i) => `<text x="${LEFT - 7}" y="${toY(yTicks[i]) + 4}">${text}</text>`),
    '</g>',
    ...traces.map((trace) => drawTrace(trace, toX, toY, width)),
    ...legend(traces),
    '</g>',
  ];
  return parts.join('');
}

function drawTrace(
  { x, y, color, dots, width = 1.5 }: Trace,
  toX: (value: number) => number,
  toY: (value: number) => number,
  pixels: number,
): string {
  const finite = x.map((_, i) => i).filter((i) => Number.isFinite(y[i]));
  const [shownX, shownY] = [finite.map((i) => toX(x[i])), finite.map((i) => toY(y[i]))];
  const drawn = shownX.length > 2 ? thin(shownX, shownY, pixels / 2) : shownX.map((_, i) => i);
  const path = drawn.map((i, n) => `${n === 0 ? 'M' : ' '}${shownX[i]} ${shownY[i]}`).join('');
  // A line through many points shows them by itself.
  const isSparse = dots && drawn.length <= 40;
  const circles = isSparse ? drawn.map((i) => `<circle cx="${shownX[i]}" cy="${shownY[i]}" r="2.2"/>`) : [];
  return (
    `<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"/>` +
    (isSparse ? `<g fill="${color}">${circles.join('')}</g>` : '')
  );
}

function legend(traces: readonly Trace[]): string[] {
  let left = LEFT;
  return traces.flatMap(({ name, color }) => {
    if (!name) return [];
    const at = left;
    left += 26 + 6.6 * name.length;
    return [
      `<path d="M${at} 14h14" stroke="${color}" stroke-width="2"/>`,
      `<text x="${at + 18}" y="18">${escapeHtml(name)}</text>`,
    ];
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
