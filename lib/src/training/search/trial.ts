import type { Hyperparameters } from './search-space.js';

/** What a `modelInit` is told of the trial that it makes a model for. */
export interface Trial {
  /** From 0 on. */
  number: number;
  /** The values that the trial tries, by their names in the space. */
  params: Hyperparameters;
  /** What `hpName` calls it. */
  name?: string;
}

/** Whether a smaller or a larger objective is better. */
export type Direction = 'minimize' | 'maximize';

/** A trial of a search, as its file keeps it. */
export interface TrialRecord extends Trial {
  /** `pruned`: ended early, as worse than others at the same step; `failed`: it diverged, its objective is no finite number, or it cannot be. */
  state: 'running' | 'complete' | 'pruned' | 'failed';
  /** The objective of the last evaluation; of those that run or have failed none. */
  value?: number;
  /** The objective of each evaluation, by the optimiser step after which it was. */
  intermediateValues: Readonly<Record<number, number>>;
  /** Why it has failed. */
  reason?: string;
}

/** The best of a search, like `transformers.trainer_utils.BestRun`. */
export interface BestRun {
  /** Its number. */
  runId: string;
  objective: number;
  /** What it was trained with: `{ ...args, ...best.hyperparameters }` are the arguments for all of that. */
  hyperparameters: Hyperparameters;
  /** Its folder, with its checkpoints. */
  folder: string;
  /** All trials, in their order. */
  runSummary: readonly TrialRecord[];
}

/** A trial that has an objective. */
export type Complete = TrialRecord & { value: number };

/** The trials that ran to their end. */
export const completeTrials = (trials: readonly TrialRecord[]): Complete[] =>
  trials.filter((trial): trial is Complete => trial.state === 'complete' && trial.value !== undefined);

/** The best of them, the first of several that are alike; undefined where none ran to its end. */
export function bestTrial(trials: readonly TrialRecord[], direction: Direction): Complete | undefined {
  const sign = direction === 'maximize' ? -1 : 1;
  return completeTrials(trials).reduce<Complete | undefined>(
    (best, trial) => (best && sign * best.value <= sign * trial.value ? best : trial),
    undefined,
  );
}
