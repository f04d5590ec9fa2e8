import type { TrainingArguments } from '../arguments/training-arguments.js';
import { columnTitle, evaluationMetrics, type LogTable, NO_LOG } from '../log-metrics.js';
import type { LogEntry } from '../trainer-state.js';

/**
 * The table that Transformers shows in a notebook: a row for each evaluation, or for each logged loss where training is
 * not evaluated.
 */
export function trainingTable(
  entries: readonly LogEntry[],
  { evalStrategy }: Pick<TrainingArguments, 'evalStrategy'>,
): LogTable {
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
      ...Object.fromEntries(metrics.map(([key, value]) => [columnTitle(key), value.toFixed(6)])),
    };
    // What is evaluated twice after the same step is one row.
    if (rows.at(-1)?.[first] === row[first]) rows.pop();
    rows.push(row);
    columns.push(...Object.keys(row).filter((column) => !columns.includes(column)));
  }
  return { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? NO_LOG)) };
}

/** A number with two decimals, unless it is whole. */
export const shortNumber = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
