import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { LogEntry } from '../trainer-state.js';

export interface TrainingTable {
  columns: string[];
  rows: string[][];
}

/** The metrics of an evaluation without what tells its speed: keys as in the log, the loss first. */
export function evaluationMetrics(entry: LogEntry): [key: string, value: number][] {
  const metrics = Object.entries(entry).filter(
    ([key]) => key.startsWith('eval_') && !/_(runtime|samples_per_second|steps_per_second)$/.test(key),
  );
  return metrics.sort(([a], [b]) => Number(b === 'eval_loss') - Number(a === 'eval_loss'));
}

/** `eval_macro_f1` as a heading: `Macro F1`. */
export function metricTitle(key: string): string {
  if (key === 'eval_loss') return 'Validation Loss';
  const words = key.replace(/^eval_/, '').split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/**
 * The table that Transformers shows in a notebook: a row for each evaluation, or for each logged loss where training is
 * not evaluated.
 */
export function trainingTable(
  entries: readonly LogEntry[],
  { evalStrategy }: Pick<TrainingArguments, 'evalStrategy'>,
): TrainingTable {
  const first = evalStrategy === 'epoch' ? 'Epoch' : 'Step';
  const columns = [first, 'Training Loss', ...(evalStrategy === 'no' ? [] : ['Validation Loss'])];
  const rows: Record<string, string>[] = [];
  let trainingLoss: number | undefined;
  for (const entry of entries) {
    trainingLoss = entry.loss ?? trainingLoss;
    const metrics = evaluationMetrics(entry);
    if (evalStrategy === 'no' ? entry.loss === undefined : metrics.length === 0) continue;
    const row = {
      [first]: first === 'Epoch' ? shortNumber(entry.epoch) : String(entry.step),
      'Training Loss': trainingLoss === undefined ? NO_LOG : trainingLoss.toFixed(6),
      ...Object.fromEntries(metrics.map(([key, value]) => [metricTitle(key), value.toFixed(6)])),
    };
    // What is evaluated twice after the same step is one row.
    if (rows.at(-1)?.[first] === row[first]) rows.pop();
    rows.push(row);
    columns.push(...Object.keys(row).filter((column) => !columns.includes(column)));
  }
  return { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? NO_LOG)) };
}

const NO_LOG = 'No log';

/** A number with two decimals, unless it is whole. */
export const shortNumber = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
