import path from 'node:path';
import { ParameterError, TrainingInterrupted } from '../../errors.js';
import type { Interruption } from '../../interruption.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { CallbackState } from '../callbacks/callback-state.js';
import type { TrainerCallback } from '../callbacks/trainer-callback.js';
import { listCheckpoints } from '../checkpoints/checkpoint-folder.js';
import { Diverged } from '../run/divergence.js';
import type { Tracker } from '../trackers/tracker.js';
import type { TrainableModel } from '../trainable-model.js';
import type { TrainerOptions, TrainOptions } from '../trainer-options.js';
import type { LogEntry, TrainerState } from '../trainer-state.js';
import { isBelowMedian } from './median-pruner.js';
import { isEvaluation, objectivesOf } from './objective.js';
import { type SearchSettings, trialArguments } from './search-options.js';
import type { Trial, TrialRecord } from './trial.js';

/** What of a `Trainer` a trial needs. */
export interface TrialTrainer {
  readonly state: TrainerState;
  train(options: TrainOptions): Promise<unknown>;
  evaluate(): Promise<unknown>;
}

/** What of its options a Trainer for a trial has of its own. */
export type TrainerChanges<M extends TrainableModel> = Required<Pick<TrainerOptions<M>, 'model' | 'trackers'>> & {
  args: TrainingArguments;
  /** After the Trainer's own. */
  callback: TrainerCallback;
  signal?: AbortSignal;
};

/** What the Trainer brings that searches. */
export interface SearchContext<M extends TrainableModel> {
  args: TrainingArguments;
  modelInit: (trial?: Trial) => M | Promise<M>;
  /** Its own, which a trial must not train. */
  model: M;
  /** Those of its options. */
  trackers: readonly Tracker[];
  /** A Trainer with the same data and callbacks, whose evaluations end with the signal, too. */
  makeTrainer(changes: TrainerChanges<M>): TrialTrainer;
}

/** What a trial is run with. */
export interface TrialCall {
  settings: SearchSettings;
  /** Those before. */
  trials: readonly TrialRecord[];
  interruption: Interruption;
  signal?: AbortSignal;
  /** Who watches. */
  tracker: Tracker;
}

/**
 * Trains a fresh model with the values of a trial, or goes on from its last checkpoint, and measures it.
 *
 * @returns the trial as it ended: `complete`, `pruned`, or `failed` where it diverged or its values contradict each other
 * @throws TrainingInterrupted, or Stopped, when somebody has stopped it
 */
export async function runTrial<M extends TrainableModel>(
  trial: TrialRecord,
  context: SearchContext<M>,
  call: TrialCall,
): Promise<TrialRecord> {
  const { number, params, name } = trial;
  const folder = trialFolder(context.args.outputDir, trial);
  let args: TrainingArguments;
  try {
    args = trialArguments(context.args, params, folder, path.basename(folder));
  } catch (error) {
    return failed(trial, error as Error);
  }
  const model = await context.modelInit({ number, params, name });
  if (model === context.model) {
    throw new ParameterError("modelInit gave the Trainer's own model; give one that it makes for each trial");
  }
  try {
    await call.interruption.pause();
    return await trainTrial(trial, args, model, context, call);
  } finally {
    model.dispose?.();
  }
}

/** `run-<number>` in the folder of the search, unless the trial has a name. */
export const trialFolder = (outputDir: string, { number, name }: Trial): string =>
  path.join(outputDir, name ?? `run-${number}`);

async function trainTrial<M extends TrainableModel>(
  trial: TrialRecord,
  args: TrainingArguments,
  model: M,
  context: SearchContext<M>,
  { settings, trials, interruption, signal, tracker }: TrialCall,
): Promise<TrialRecord> {
  const pruning = new AbortController();
  const objectives = (history: readonly LogEntry[]) => objectivesOf(history, settings.computeObjective);
  const judge = (history: readonly LogEntry[]) => {
    const reached = objectives(history);
    if (settings.pruner !== 'none' && isBelowMedian(reached, trials, settings.direction)) pruning.abort();
  };
  const trackers = [...context.trackers, tracker];
  const trainer = context.makeTrainer({ model, args, trackers, callback: judging(judge), signal });
  try {
    await trainer.train({
      resumeFromCheckpoint: (await listCheckpoints(args.outputDir)).length > 0,
      signal: AbortSignal.any([pruning.signal, ...(signal ? [signal] : [])]),
      trial: { number: trial.number, params: trial.params, name: trial.name },
    });
    if (!trainer.state.logHistory.some(isEvaluation)) await trainer.evaluate();
  } catch (error) {
    if (error instanceof TrainingInterrupted && pruning.signal.aborted && !interruption.requested) {
      return ended(trial, 'pruned', objectives(trainer.state.logHistory));
    }
    if (error instanceof Diverged) return failed(trial, error);
    throw error;
  }
  return ended(trial, pruning.signal.aborted ? 'pruned' : 'complete', objectives(trainer.state.logHistory));
}

/** Hands the log over after each evaluation, and at the beginning what an interrupted run has left. */
const judging = (judge: (history: readonly LogEntry[]) => void): TrainerCallback => ({
  onTrainBegin(_args, { logHistory, statefulCallbacks }, control) {
    judge(logHistory);
    // A trial that had ended early, and was killed before that was noted.
    const { args = {} } = [statefulCallbacks.TrainerControl ?? {}].flat()[0] as Partial<CallbackState>;
    if (args.should_training_stop === true) control.shouldTrainingStop = true;
  },
  onEvaluate(_args, { logHistory }) {
    judge(logHistory);
  },
});

const failed = (trial: TrialRecord, { message }: Error): TrialRecord => ({
  ...trial,
  state: 'failed',
  reason: message,
});

function ended(
  trial: TrialRecord,
  state: 'complete' | 'pruned',
  intermediateValues: Readonly<Record<number, number>>,
): TrialRecord {
  const value = intermediateValues[Math.max(...Object.keys(intermediateValues).map(Number))];
  if (state === 'pruned' || Number.isFinite(value)) return { ...trial, state, value, intermediateValues };
  return failed({ ...trial, intermediateValues }, new Error(`its objective is ${value}`));
}
