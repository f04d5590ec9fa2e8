import type { LogEntry } from './trainer-state.js';

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** How long something took and how much was done a second, under Transformers' keys: `eval_runtime` (s) … */
export function speedMetrics(
  prefix: string,
  milliseconds: number,
  { samples, steps }: { samples: number; steps: number },
): Record<string, number> {
  const seconds = Math.max(milliseconds, 1e-3) / 1000;
  return {
    [`${prefix}_runtime`]: round(seconds, 4),
    [`${prefix}_samples_per_second`]: round(samples / seconds, 3),
    [`${prefix}_steps_per_second`]: round(steps / seconds, 3),
  };
}

/** The metrics of an evaluation but for its speed, by their keys in the log. */
export const evaluationMetrics = (entry: LogEntry): [key: string, value: number][] =>
  Object.entries(entry).filter(
    ([key]) => key.startsWith('eval_') && !/^eval_(runtime|samples_per_second|steps_per_second)$/.test(key),
  );

/** `eval_macro_f1` as a heading: `Macro F1`, each word as Python's `capitalize` writes it. */
export function metricTitle(key: string): string {
  const words = key.replace(/^eval_/, '').split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join(' ');
}

/** As {@link metricTitle}; in a table that has the training loss too, `eval_loss` is `Validation Loss`. */
export const columnTitle = (key: string): string => (key === 'eval_loss' ? 'Validation Loss' : metricTitle(key));

/** A table of what was logged. */
export interface LogTable {
  columns: string[];
  rows: string[][];
}

/** A cell of such a table for what was not logged. */
export const NO_LOG = 'No log';
