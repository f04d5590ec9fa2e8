import { ParameterError } from '../../errors.js';
import { isObject } from '../../json.js';
import { requireChoice, requireNumber, requirePositive } from '../../validation.js';
import type { TrainingDefaults } from '../arguments/training-defaults.js';

/** A value that a search may try. */
export type Hyperparameter = string | number | boolean | null;

/** Numbers from `low` to `high`, both included, as Optuna's `suggest_float` and `suggest_int` take them. */
export interface NumberRange {
  low: number;
  high: number;
  /** Only `low`, `low + step`, `low + 2 * step` …: whole numbers with `step: 1`. Default any number. */
  step?: number;
  /** As likely between 1 and 10 as between 10 and 100; of steps only 1 goes with it. Default false. */
  log?: boolean;
}

/** Values that have no order, as Optuna's `suggest_categorical` takes them. */
export interface Choices {
  choices: readonly Hyperparameter[];
}

/**
 * What a search may change: training arguments by their names, and whatever else `modelInit` reads.
 *
 * @example
 * const hpSpace: SearchSpace = {
 *   learningRate: { low: 1e-6, high: 1e-4, log: true },
 *   numTrainEpochs: { low: 1, high: 5, step: 1 },
 *   lrSchedulerType: { choices: ['linear', 'cosine'] },
 * };
 */
export type SearchSpace = Readonly<Partial<Record<keyof TrainingDefaults | (string & {}), NumberRange | Choices>>>;

/** Values of all that a search changes, by their names. */
export type Hyperparameters = Readonly<Record<string, Hyperparameter>>;

/** A space whose ranges are whole, by names. */
export type CheckedSpace = ReadonlyMap<
  string,
  Choices | (Required<Omit<NumberRange, 'step'>> & Pick<NumberRange, 'step'>)
>;

export type Dimension = CheckedSpace extends ReadonlyMap<string, infer D> ? D : never;

/** That of Transformers' `default_hp_space_optuna`. */
export const DEFAULT_SPACE: SearchSpace = {
  learningRate: { low: 1e-6, high: 1e-4, log: true },
  numTrainEpochs: { low: 1, high: 5, step: 1 },
  seed: { low: 1, high: 40, step: 1 },
  perDeviceTrainBatchSize: { choices: [4, 8, 16, 32, 64] },
};

const KEYS = ['low', 'high', 'step', 'log', 'choices'];

/** @throws ParameterError that names what is no range and no list of choices, and why */
export function checkSpace(space: SearchSpace): CheckedSpace {
  if (!isObject(space) || Object.keys(space).length === 0) {
    throw new ParameterError(
      'hpSpace is empty; give what to change: { learningRate: { low: 1e-6, high: 1e-4, log: true } }',
    );
  }
  return new Map(
    Object.entries(space).map(([name, dimension]) => [name, checkDimension(`hpSpace.${name}`, dimension!)]),
  );
}

function checkDimension(name: string, dimension: NumberRange | Choices): Dimension {
  if (!isObject(dimension) || 'choices' in dimension === 'low' in dimension) {
    throw new ParameterError(`${name} is neither { low, high } nor { choices: […] }; give one of these`);
  }
  for (const key of Object.keys(dimension)) requireChoice(`a key of ${name}`, key, KEYS);
  if (!('choices' in dimension)) return checkRange(name, dimension);
  const choices: unknown = dimension.choices;
  if (!Array.isArray(choices) || choices.length === 0) {
    throw new ParameterError(`${name}.choices is no list of values; give at least one`);
  }
  for (const choice of choices) {
    if (choice === null || ['string', 'boolean'].includes(typeof choice) || Number.isFinite(choice)) continue;
    throw new ParameterError(
      `${name}.choices has what no file of JSON can hold; give strings, numbers, true, false, null`,
    );
  }
  return { choices };
}

function checkRange(name: string, { low, high, step, log = false }: NumberRange): Dimension {
  requireNumber(`${name}.low`, low);
  requireNumber(`${name}.high`, high, low);
  requireChoice(`${name}.log`, log, [true, false]);
  if (log) requirePositive(`${name}.low`, low);
  if (step === undefined) return { low, high, log };
  requirePositive(`${name}.step`, step);
  if (log && (step !== 1 || !Number.isInteger(low))) {
    throw new ParameterError(
      `${name} has log and step ${step}; of steps only 1, from a whole number on, goes with log`,
    );
  }
  // The last step that fits; a sum of decimals may miss it by its last digit.
  const steps = Math.floor((high - low) / step + 1e-9);
  return { low, high: onGrid(low, step, steps), step, log };
}

/** `low + steps * step`, without digits that come from binary fractions: 0.3, not 0.30000000000000004. */
export const onGrid = (low: number, step: number, steps: number): number =>
  Number((low + steps * step).toPrecision(15));
