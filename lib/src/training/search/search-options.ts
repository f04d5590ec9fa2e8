import { ParameterError } from '../../errors.js';
import { requireChoice, requireInteger } from '../../validation.js';
import { TrainingArguments } from '../arguments/training-arguments.js';
import type { Pruner } from './median-pruner.js';
import { type ComputeObjective, defaultComputeObjective } from './objective.js';
import type { Sampler } from './sampler.js';
import {
  type CheckedSpace,
  checkSpace,
  DEFAULT_SPACE,
  type Dimension,
  type Hyperparameter,
  type Hyperparameters,
  type SearchSpace,
} from './search-space.js';
import type { Direction, Trial } from './trial.js';

/** What {@link Trainer.hyperparameterSearch} takes; names and defaults are those of Transformers and Optuna. */
export interface HyperparameterSearchOptions {
  /** What is tried; default the learning rate, epochs, seed and batch size, as Transformers' space for Optuna. */
  hpSpace?: SearchSpace;
  /** The number to be made small or large; default the sum of `computeMetrics`, or the loss where there are none. */
  computeObjective?: ComputeObjective;
  /** Trials in all, those of an earlier call included; default 20. */
  nTrials?: number;
  /** Default `minimize`; give `maximize` for accuracy and the like. */
  direction?: Direction;
  /** A name for a trial and its folder; default `run-0`, `run-1` … */
  hpName?: (trial: Trial) => string;
  /** Default `tpe`, which after ten trials goes by what was good. */
  sampler?: Sampler;
  /** Default `median`: end a trial that is worse than the median of those before, from the sixth on. */
  pruner?: Pruner;
  /** For what is drawn; default `seed` of the arguments. */
  seed?: number;
  /** Stops the search when it is aborted. */
  signal?: AbortSignal;
}

/** The options of a search with all defaults. */
export interface SearchSettings {
  space: CheckedSpace;
  computeObjective: ComputeObjective;
  nTrials: number;
  direction: Direction;
  hpName?: (trial: Trial) => string;
  sampler: Sampler;
  pruner: Pruner;
  seed: number;
}

/**
 * @param modelInit - which may read what is no training argument
 * @throws ParameterError that names the first option out of its range
 */
export function checkSearchOptions(
  options: HyperparameterSearchOptions,
  args: TrainingArguments,
  modelInit: (trial?: Trial) => unknown,
): SearchSettings {
  const { hpSpace = DEFAULT_SPACE, computeObjective = defaultComputeObjective, hpName } = options;
  const { nTrials = 20, direction = 'minimize', sampler = 'tpe', pruner = 'median', seed = args.seed } = options;
  requireInteger('nTrials', nTrials);
  requireChoice('direction', direction, ['minimize', 'maximize']);
  requireChoice('sampler', sampler, ['tpe', 'random']);
  requireChoice('pruner', pruner, ['median', 'none']);
  requireInteger('seed', seed, 0);
  const space = checkSpace(hpSpace);
  for (const [name, dimension] of space) checkName(name, dimension, args, modelInit);
  return { space, computeObjective, nTrials, direction, hpName, sampler, pruner, seed };
}

/** Whether a training has an argument of this name. */
const isArgument = (name: string, args: TrainingArguments): boolean => Object.hasOwn(args, name);

/** The arguments of a trial, which pushes nothing, and goes on with what its callbacks had counted. */
export function trialArguments(
  args: TrainingArguments,
  params: Hyperparameters,
  outputDir: string,
  runName: string,
): TrainingArguments {
  const changes = Object.fromEntries(Object.entries(params).filter(([name]) => isArgument(name, args)));
  const own = { outputDir, runName, disableTqdm: true, pushToHub: false, restoreCallbackStatesFromCheckpoint: true };
  return new TrainingArguments({ ...args, ...changes, ...own });
}

function checkName(
  name: string,
  dimension: Dimension,
  args: TrainingArguments,
  modelInit: (trial?: Trial) => unknown,
): void {
  if (name === 'outputDir')
    throw new ParameterError('hpSpace has outputDir; each trial gets a folder of its own there');
  const plain = (text: string) => text.replaceAll('_', '').toLowerCase();
  const isMisspelt = Object.getOwnPropertyNames(args).some((known) => plain(known) === plain(name));
  if (!isArgument(name, args) && modelInit.length > 0 && !isMisspelt) return;
  for (const value of extremes(dimension)) {
    try {
      new TrainingArguments({ ...args, [name]: value });
    } catch (error) {
      const hint = isArgument(name, args) ? '' : '; what is none is for a modelInit that takes the trial';
      throw new ParameterError(`hpSpace.${name}: ${(error as Error).message}${hint}`, { cause: error });
    }
  }
}

const extremes = (dimension: Dimension): readonly Hyperparameter[] =>
  'choices' in dimension ? dimension.choices : [dimension.low, dimension.high];
