import { line } from '../../progress.js';
import type { LogEntry } from '../trainer-state.js';
import type { Tracker } from './tracker.js';
import { trainingSummary } from './training-summary.js';
import { shortNumber } from './training-table.js';
import { type TrainingView, watchTraining } from './training-watch.js';

export interface TerminalDisplayOptions {
  /** Default stderr. */
  stream?: { isTTY?: boolean; columns?: number; write(text: string): unknown };
  /** In ms. */
  now?: () => number;
}

/** Least time between two drawings, in ms. */
const INTERVAL = 100;

/** A line that is drawn over and over, and above it a line for each log entry; where nobody looks, the entries alone. */
export function terminalDisplay(options: TerminalDisplayOptions = {}): Tracker {
  const { stream = process.stderr, now = () => performance.now() } = options;
  let drawn = 0;
  let next = 0;
  const draw = (text: string): void => {
    // A line that reached the last column would wrap, and could not be written over.
    const fitting = text.slice(0, (stream.columns || 80) - 1);
    stream.write(`\r${fitting.padEnd(drawn)}`);
    drawn = fitting.length;
  };
  const print = (text: string): void => {
    stream.write(`${drawn > 0 ? `\r${text.padEnd(drawn)}` : text}\n`);
    drawn = 0;
  };
  const watch = watchTraining((view, event) => {
    if (event === 'log') print(entryLine(view.entries.at(-1)!));
    if (event === 'end') return print(progressLine(view));
    if (!stream.isTTY || (event !== 'log' && now() < next)) return;
    next = now() + INTERVAL;
    draw(progressLine(view));
  }, now);
  return { name: 'The live display', ...watch };
}

function progressLine(view: TrainingView): string {
  const { run, globalStep, epoch, seconds, evaluation, status } = view;
  if (status !== 'running') return trainingSummary(view);
  if (evaluation) return `Evaluation after step ${globalStep}: ${evaluation.done}/${evaluation.total} clips`;
  const { maxSteps: total, resumedFromStep: start, numTrainEpochs } = run;
  const title = `Epoch ${shortNumber(epoch)}/${numTrainEpochs}`;
  return line({ title, total, start, done: globalStep, seconds, unit: 'steps' }, false);
}

/** 'step 50: loss 1.2345, grad_norm 2.1, learning_rate 4.5e-05, epoch 1.25' */
export function entryLine({ step, ...values }: LogEntry): string {
  const parts = Object.entries(values).map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`);
  return `step ${step}: ${parts.join(', ')}`;
}
