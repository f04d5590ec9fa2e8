import { ParameterError } from '../../errors.js';
import { evaluationMetrics } from '../log-metrics.js';
import type { LogEntry } from '../trainer-state.js';

/** What is to be small or large: a number for what {@link Trainer.evaluate} gives. */
export type ComputeObjective = (metrics: Record<string, number>) => number;

/**
 * The objective of a search that names none: the sum of all metrics of an evaluation, or `eval_loss` where there are no
 * others.
 *
 * @see Python: `transformers.trainer_utils.default_compute_objective`
 */
export function defaultComputeObjective(metrics: Readonly<Record<string, number>>): number {
  const others = evaluationMetrics(metrics).filter(([key]) => key !== 'eval_loss');
  return others.length > 0 ? others.reduce((sum, [, value]) => sum + value, 0) : metrics.eval_loss;
}

/** Whether an entry of a log is that of an evaluation. */
export const isEvaluation = (entry: LogEntry): boolean => 'eval_runtime' in entry;

/**
 * The objective of each evaluation of a training, by the optimiser step after which it was.
 *
 * @throws ParameterError where `computeObjective` gives no number
 */
export function objectivesOf(history: readonly LogEntry[], computeObjective: ComputeObjective): Record<number, number> {
  const evaluations = history.filter(isEvaluation);
  return Object.fromEntries(
    evaluations.map(({ step, ...metrics }) => {
      const objective: unknown = computeObjective(metrics);
      if (typeof objective === 'number') return [step, objective];
      throw new ParameterError(`computeObjective gave ${JSON.stringify(objective)}; give a number`);
    }),
  );
}
