import path from 'node:path';
import { TrainingError } from '../../errors.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { TrainingContext } from '../trainer-options.js';
import type { TrainerState } from '../trainer-state.js';
import { isSame, listCheckpoints, removeCheckpoint } from './checkpoint-folder.js';
import { restoreModel } from './training-checkpoint.js';

/**
 * If this is the best evaluation so far, notes it in the state; returns whether it is.
 *
 * @throws TrainingError if the evaluation has no `metricForBestModel`
 */
export function noteIfBest(
  args: TrainingArguments,
  state: TrainerState,
  metrics: Readonly<Record<string, number>>,
): boolean {
  const { metricForBestModel: metric } = args;
  if (metric === undefined) return false;
  const value = metrics[metric.startsWith('eval_') ? metric : `eval_${metric}`];
  if (value === undefined) {
    throw new TrainingError(
      `metricForBestModel is '${metric}', but the evaluation gave ${Object.keys(metrics).join(', ')}; ` +
        'name one of these, or let computeMetrics give it',
    );
  }
  const best = state.bestMetric;
  if (best !== null && !(args.greaterIsBetter ? value > best : value < best)) return false;
  state.bestMetric = value;
  if (args.saveStrategy !== 'no') state.bestGlobalStep = state.globalStep;
  return true;
}

/** Gives the model its best weights, where that is asked for, and removes what is not needed then. */
export async function takeBest({ model, args }: TrainingContext, state: TrainerState): Promise<void> {
  const { bestModelCheckpoint: best } = state;
  if (best === null) return;
  if (args.loadBestModelAtEnd) await restoreModel(path.resolve(best), model);
  if (args.saveTotalLimit !== 1) return;
  for (const { path: place } of await listCheckpoints(args.outputDir)) {
    if (!isSame(place, best)) await removeCheckpoint(place);
  }
}
