import path from 'node:path';
import { TrainingError } from '../../errors.js';
import { isFile, isFolder } from '../../files.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { TrainingContext } from '../trainer-options.js';
import type { TrainerState } from '../trainer-state.js';
import { isSame, listCheckpoints, removeCheckpoint } from './checkpoint-folder.js';
import { MODEL_FILE, restoreModel } from './training-checkpoint.js';

/**
 * If this is the best evaluation so far, notes it in the state; returns whether it is. NaN never is, nor is the infinity
 * that everything is better than: as in Transformers, but that its state then names that infinity as the best.
 *
 * @throws TrainingError if the evaluation has no `metricForBestModel`
 */
export function noteIfBest(
  args: TrainingArguments,
  state: TrainerState,
  metrics: Readonly<Record<string, number>>,
): boolean {
  const name = metricName(args);
  if (name === undefined) return false;
  const value = metrics[name];
  if (value === undefined) {
    throw new TrainingError(
      `metricForBestModel is '${args.metricForBestModel}', but the evaluation gave ${Object.keys(metrics).join(', ')}; ` +
        'name one of these, or let computeMetrics give it',
    );
  }
  const best = state.bestMetric ?? worstMetric(args);
  if (!(args.greaterIsBetter ? value > best : value < best)) return false;
  state.bestMetric = value;
  if (args.saveStrategy !== 'no') state.bestGlobalStep = state.globalStep;
  return true;
}

/** The key of `metricForBestModel` in the log. */
export function metricName({ metricForBestModel: metric }: TrainingArguments): string | undefined {
  return metric === undefined || metric.startsWith('eval_') ? metric : `eval_${metric}`;
}

/** What everything is better than. */
export const worstMetric = ({ greaterIsBetter }: TrainingArguments): number => (greaterIsBetter ? -Infinity : Infinity);

/** Says in which evaluations, if any, there was nothing to compare, where a best model is asked for. */
function warnOfNaN(args: TrainingArguments, { logHistory, bestMetric, bestGlobalStep }: TrainerState): void {
  const name = metricName(args);
  if (name === undefined) return;
  const evaluations = logHistory.filter((entry) => name in entry);
  // What was not finite may have become null in a file.
  const values = evaluations.map((entry) => entry[name] ?? Number.NaN);
  if (evaluations.length > 0 && (bestMetric ?? worstMetric(args)) === worstMetric(args)) {
    const weights = args.loadBestModelAtEnd ? '; the model keeps the weights of the last step' : '';
    const saved = args.saveStrategy === 'best' ? ", and with saveStrategy 'best' no checkpoint was saved" : '';
    const seen = [...new Set(values)].join(' or ');
    console.warn(`There is no best model, as ${name} was ${seen} in each evaluation${weights}${saved}`);
    return;
  }
  const steps = evaluations.filter((_, i) => Number.isNaN(values[i])).map(({ step }) => step);
  if (steps.length === 0) return;
  const best = bestGlobalStep === null ? '' : `; the best model is that of step ${bestGlobalStep}`;
  console.warn(`${name} was NaN after step ${steps.join(', ')}, which is never the best${best}`);
}

/**
 * Where the best checkpoint is when a training goes on: where the state has it or, as the output folder may have moved,
 * there; null, with a warning, if it is gone.
 */
export async function findBest({ outputDir }: TrainingArguments, state: TrainerState): Promise<string | null> {
  const { bestModelCheckpoint: best } = state;
  if (best === null) return null;
  for (const place of [best, path.join(outputDir, path.basename(best))]) if (await isFolder(place)) return place;
  console.warn(`The best checkpoint so far, ${best}, is gone: only a better one can be loaded at the end`);
  return null;
}

/** Gives the model its best weights, where that is asked for, and removes what is not needed then. */
export async function takeBest({ model, args }: TrainingContext, state: TrainerState): Promise<void> {
  const { bestModelCheckpoint: best } = state;
  warnOfNaN(args, state);
  if (best === null) return;
  if (!(await isFile(path.join(best, MODEL_FILE)))) {
    const weights = args.loadBestModelAtEnd ? ': the model keeps the weights of the last step' : '';
    console.warn(`The best checkpoint, ${best}, is gone${weights}`);
    return;
  }
  if (args.loadBestModelAtEnd) await restoreModel(path.resolve(best), model);
  if (args.saveTotalLimit !== 1) return;
  for (const { path: place } of await listCheckpoints(args.outputDir)) {
    if (!isSame(place, best)) await removeCheckpoint(place);
  }
}
