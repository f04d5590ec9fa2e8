import { CheckpointError } from '../errors.js';
import { pathOf } from '../files.js';
import { formatJson, isObject, readJson, shown, snakeCase } from '../json.js';
import type { StatefulCallbacks } from './callbacks/callback-state.js';
import type { Hyperparameters } from './search/search-space.js';
import type { Trial } from './search/trial.js';

/** The file's name in a checkpoint, and in what a Trainer saves or pushes. */
export const STATE_FILE = 'trainer_state.json';

/** The longest state that is read, in bytes: enough for 500,000 lines of the log. */
export const LONGEST_STATE = 100_000_000;

/** What training said at one step, under Transformers' keys: `loss`, `grad_norm`, `eval_accuracy`, `epoch`, `step` … */
export type LogEntry = Record<string, number>;

/** How far training is, and what it said so far, like `transformers.TrainerState`. */
export interface TrainerState {
  /** With the part of the current epoch that is done. */
  epoch: number;
  /** Optimiser steps done. */
  globalStep: number;
  /** Optimiser steps of the whole training. */
  maxSteps: number;
  numTrainEpochs: number;
  trainBatchSize: number;
  /** Steps between two logs, evaluations and checkpoints, where they are counted in steps. */
  loggingSteps: number;
  evalSteps: number;
  saveSteps: number;
  /** Transformers' estimate: 6 · samples of audio · parameters. */
  totalFlos: number;
  logHistory: LogEntry[];
  bestMetric: number | null;
  bestGlobalStep: number | null;
  bestModelCheckpoint: string | null;
  /** What callbacks have left at the last checkpoint, by the names of their classes. */
  statefulCallbacks: StatefulCallbacks;
  /** Whether this is a trial of a search, what it is called, and what it tries, under Transformers' keys. */
  isHyperParamSearch: boolean;
  trialName: string | null;
  trialParams: Hyperparameters | null;
}

/** The state before training. */
export function initialState(): TrainerState {
  return {
    epoch: 0,
    globalStep: 0,
    maxSteps: 0,
    numTrainEpochs: 0,
    trainBatchSize: 8,
    loggingSteps: 500,
    evalSteps: 500,
    saveSteps: 500,
    totalFlos: 0,
    logHistory: [],
    bestMetric: null,
    bestGlobalStep: null,
    bestModelCheckpoint: null,
    statefulCallbacks: {},
    isHyperParamSearch: false,
    trialName: null,
    trialParams: null,
  };
}

/** What the state of a trial says of it. */
export function trialState({ params, name }: Trial): Partial<TrainerState> {
  const trialParams = Object.fromEntries(Object.entries(params).map(([key, value]) => [snakeCase(key), value]));
  return { isHyperParamSearch: true, trialName: name ?? null, trialParams };
}

const FIELDS = Object.keys(initialState()) as (keyof TrainerState)[];

/** What Transformers' state has besides; its reader refuses other keys. */
const OTHERS = {
  is_local_process_zero: true,
  is_world_process_zero: true,
  num_input_tokens_seen: 0,
};

/** The text of `trainer_state.json`. */
export function writeTrainerState(state: TrainerState): string {
  const fields = FIELDS.map((field): [string, unknown] => [snakeCase(field), state[field]]);
  const sorted = [...Object.entries(OTHERS), ...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${formatJson(Object.fromEntries(sorted), 2)}\n`;
}

/** What there is in fields that may be null. */
const KINDS: Partial<Record<keyof TrainerState, string>> = {
  bestMetric: 'number',
  bestGlobalStep: 'number',
  bestModelCheckpoint: 'string',
  trialName: 'string',
  trialParams: 'object',
};

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

/**
 * The state in the object of a `trainer_state.json`, also of one that Transformers wrote.
 *
 * @throws CheckpointError if it is none, or a field is of another type
 */
export function readTrainerState(json: Readonly<Record<string, unknown>>, path: string): TrainerState {
  const state = initialState();
  const advice = 'give the trainer_state.json of a checkpoint';
  if (json.global_step === undefined || json.log_history === undefined) {
    throw new CheckpointError(`${path} is no state of a training; ${advice}`);
  }
  for (const field of FIELDS) {
    const value = json[snakeCase(field)] ?? null;
    // Transformers has null where it does not know a number.
    if (value === null) continue;
    const isEntries = field !== 'logHistory' || (value as unknown[]).every?.(isObject);
    const isStep = field !== 'globalStep' || (Number.isSafeInteger(value) && (value as number) >= 0);
    if (kindOf(value) !== (KINDS[field] ?? kindOf(state[field])) || !isEntries || !isStep) {
      throw new CheckpointError(`${path} is no state of a training: ${snakeCase(field)} is ${shown(value)}; ${advice}`);
    }
    Object.assign(state, { [field]: value });
  }
  return state;
}

/** Reads what a training has left. */
export const TrainerState: {
  /**
   * The state in a `trainer_state.json`, of onpa or of Transformers.
   *
   * @throws CheckpointError if there is no such file, or it holds something else
   *
   * @example
   * const { logHistory } = await TrainerState.loadFromJson('build/ft/checkpoint-50/trainer_state.json');
   */
  loadFromJson(path: string): Promise<TrainerState>;
} = {
  async loadFromJson(path) {
    return readTrainerState(await readJson(pathOf(path), LONGEST_STATE), path);
  },
};
