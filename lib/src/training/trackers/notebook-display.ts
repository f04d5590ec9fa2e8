import { randomUUID } from 'node:crypto';
import { escapeHtml } from '../../html.js';
import type { notebook } from '../../notebook.js';
import { describeTraining } from '../../plot/training-curves.js';
import type { LogTable } from '../log-metrics.js';
import type { Tracker } from './tracker.js';
import { trainingPicture } from './training-picture.js';
import { trainingSummary } from './training-summary.js';
import { trainingTable } from './training-table.js';
import { type TrainingView, watchTraining } from './training-watch.js';

export interface NotebookDisplayOptions {
  /** Sends an output to the cell. */
  display: NonNullable<ReturnType<typeof notebook>>;
  /** In ms. */
  now?: () => number;
}

/** Least time between two drawings, in ms; and at most this share of the time goes into drawing. */
const INTERVAL = 1000;
const SHARE = 0.02;
/** More rows are neither read nor kept in a notebook. */
const MOST_ROWS = 100;

/** One output below the cell, updated in place: how far training is, its curves, and the table of its evaluations. */
export function notebookDisplay({ display, now = () => performance.now() }: NotebookDisplayOptions): Tracker {
  const id = randomUUID();
  let isShown = false;
  let next = 0;
  const watch = watchTraining((view, event) => {
    const begin = now();
    if (event !== 'begin' && event !== 'end' && begin < next) return;
    const table = trainingTable(view.entries, view.run.args);
    display({ 'text/html': htmlOf(view, table), 'text/plain': textOf(view, table) }, { id, update: isShown });
    isShown = true;
    const end = now();
    next = end + Math.max(INTERVAL, (end - begin) / SHARE);
  }, now);
  return { name: 'The live display', ...watch };
}

function htmlOf(view: TrainingView, table: LogTable): string {
  const { run, globalStep, evaluation, status } = view;
  const lines = [
    `${status === 'running' ? bar('Training', globalStep, run.maxSteps) : ''}${escapeHtml(trainingSummary(view))}`,
  ];
  if (evaluation) {
    const { done, total } = evaluation;
    lines.push(`${bar('Evaluation', done, total)}Evaluation: ${done} of ${total} clips`);
  }
  const svg = trainingPicture(view);
  const picture =
    svg && `<img alt="${escapeHtml(describeTraining(view.entries))}" src="data:image/svg+xml,${encodeSvg(svg)}">`;
  return [...lines.map((line) => `<div>${line}</div>`), picture ?? '', tableOf(table)].join('\n').trim();
}

const bar = (label: string, done: number, total: number): string =>
  `<progress aria-label="${label}" value="${done}" max="${Math.max(total, 1)}"></progress> `;

function tableOf({ columns, rows }: LogTable): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const earlier = rows.length - MOST_ROWS;
  const note = earlier > 0 ? `<div>The last ${MOST_ROWS} of ${rows.length} rows:</div>\n` : '';
  const shown = rows.slice(-MOST_ROWS).map((row) => line(row, 'td'));
  return `${note}<table>\n<thead>${line(columns, 'th')}</thead>\n<tbody>\n${shown.join('\n')}\n</tbody></table>`;
}

/** The same for programs that show no HTML. */
function textOf(view: TrainingView, { columns, rows }: LogTable): string {
  const evaluation = view.evaluation ? [`Evaluation: ${view.evaluation.done} of ${view.evaluation.total} clips`] : [];
  const lines = rows.length === 0 ? [] : [columns, ...rows.slice(-MOST_ROWS)];
  const widths = columns.map((_, i) => Math.max(...lines.map((cells) => cells[i].length), 0));
  const table = lines.map((cells) => cells.map((cell, i) => cell.padStart(widths[i])).join('  '));
  return [trainingSummary(view), ...evaluation, ...table].join('\n');
}

/** Shorter than base64, and than encodeURIComponent. */
const encodeSvg = (svg: string): string =>
  svg.replaceAll('"', "'").replace(/[%#<>&\n]/g, (character) => encodeURIComponent(character));
