import { ParameterError } from '../errors.js';
import { hconcat } from './concat.js';
import { type Curve, curves } from './curves.js';
import type { ChartOptions, Spec } from './spec.js';

/** A log entry of training, as `trainer.state.logHistory` has them. */
type Entry = Readonly<Record<string, number>>;

/**
 * How training went: the losses, what was measured at each evaluation, and the learning rate, over the epochs.
 *
 * @param logHistory - of `trainer.state`
 * @param options - width and height are those of each of the charts
 * @throws ParameterError where no loss was logged
 *
 * @example
 * await show(trainingCurves(trainer.state.logHistory));
 */
export function trainingCurves(
  logHistory: readonly Entry[],
  { width = 230, height = 200, title }: ChartOptions = {},
): Spec {
  const curve = (key: string, name: string): Curve[] => {
    const entries = logHistory.filter((entry) => Number.isFinite(entry[key]) && Number.isFinite(entry.epoch));
    if (entries.length === 0) return [];
    return [{ x: entries.map(({ epoch }) => epoch), y: entries.map((entry) => entry[key]), name }];
  };
  const losses = [...curve('loss', 'training'), ...curve('eval_loss', 'validation')];
  if (losses.length === 0) {
    throw new ParameterError('logHistory has no loss; train first, with loggingSteps below the number of steps');
  }
  const measured = measures(logHistory).flatMap((key) => curve(key, key.slice('eval_'.length)));
  const charts = [
    { lines: losses, yTitle: 'loss' },
    { lines: measured, yTitle: 'validation' },
    { lines: curve('learning_rate', 'learning rate'), yTitle: 'learning rate' },
  ].filter(({ lines }) => lines.length > 0);
  const size = { width, height };
  return hconcat(
    charts.map(({ lines, yTitle }) => curves(lines, { ...size, xTitle: 'Epoch', yTitle })),
    { title },
  );
}

/** What evaluations measured, apart from their loss and speed. */
function measures(logHistory: readonly Entry[]): string[] {
  const keys = new Set(logHistory.flatMap((entry) => Object.keys(entry)));
  const ofSpeed = /^eval_(loss|runtime|.*_per_second)$/;
  return [...keys].filter((key) => key.startsWith('eval_') && !ofSpeed.test(key));
}
