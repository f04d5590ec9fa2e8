import type { ModelConfig } from '../../hubert/config.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { LogEntry } from '../trainer-state.js';

/** What a training is going to do. */
export interface RunInfo {
  args: TrainingArguments;
  modelConfig: ModelConfig;
  numParameters: number;
  numTrainExamples: number;
  numEvalExamples: number;
  /** Optimiser steps of the whole training, and of an epoch. */
  maxSteps: number;
  numTrainEpochs: number;
  stepsPerEpoch: number;
  /** Optimiser steps that an earlier run has done. */
  resumedFromStep: number;
  /** What that run said. */
  logHistory: readonly LogEntry[];
  /** What it is a part of, as a trial is of a search. */
  group?: string;
}

/** How far training is, after an optimiser step. */
export interface StepInfo {
  globalStep: number;
  /** With the part of the current epoch that is done. */
  epoch: number;
  loss: number;
}

/**
 * Somebody who watches a training. What it throws is said once, and does not disturb the training; a slow one gets its
 * calls later.
 *
 * @example
 * const trackers: Tracker[] = [{ name: 'Console', begin() {}, log: (entry) => console.log(entry), end() {} }];
 * @see {@link TrainerOptions}, which takes it
 */
export interface Tracker {
  readonly name: string;
  begin(run: RunInfo): void | Promise<void>;
  /** After each optimiser step, for a live display. */
  step?(step: StepInfo): void;
  /** While a model is evaluated; counted in clips. */
  evaluating?(progress: { done: number; total: number }): void;
  /** Each entry as it enters the history of logs. */
  log(entry: LogEntry): void | Promise<void>;
  end(outcome: {
    status: 'finished' | 'interrupted' | 'failed';
    summary: Record<string, number>;
  }): void | Promise<void>;
}
