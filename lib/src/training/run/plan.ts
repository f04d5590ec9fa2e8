import { ParameterError } from '../../errors.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { TrainerState } from '../trainer-state.js';
import type { Optimizer } from './optimizer.js';

/** How long a training is. */
export interface TrainingPlan {
  /** Of the training set. */
  examples: number;
  /** Optimiser steps. */
  stepsPerEpoch: number;
  maxSteps: number;
  /** Epochs that are begun. */
  numTrainEpochs: number;
  /** Examples that the whole training sees; those of `maxSteps` full batches, where it is given. */
  samples: number;
  loggingSteps: number;
  evalSteps: number;
  saveSteps: number;
  /** A checksum of the examples' lengths, where their order depends on them. */
  lengths?: string;
}

/** What there is to do when. */
export interface Due {
  log: boolean;
  evaluate: boolean;
  save: boolean;
}

/** @throws ParameterError if there is nothing to learn from */
export function planTraining(args: TrainingArguments, examples: number): TrainingPlan {
  const { perDeviceTrainBatchSize: batchSize, gradientAccumulationSteps: accumulation } = args;
  if (examples === 0) throw new ParameterError('trainDataset is empty; give one example at least');
  const batchesPerEpoch = args.dataloaderDropLast ? Math.floor(examples / batchSize) : Math.ceil(examples / batchSize);
  if (batchesPerEpoch === 0) {
    throw new ParameterError(
      `trainDataset has ${examples} examples, less than perDeviceTrainBatchSize, and dataloaderDropLast leaves them out`,
    );
  }
  const stepsPerEpoch = Math.ceil(batchesPerEpoch / accumulation);
  const maxSteps = args.maxSteps > 0 ? args.maxSteps : Math.ceil(args.numTrainEpochs * stepsPerEpoch);
  const interval = (steps: number) => (steps < 1 ? Math.ceil(maxSteps * steps) : steps);
  return {
    examples,
    stepsPerEpoch,
    maxSteps,
    numTrainEpochs: args.maxSteps > 0 ? Math.ceil(maxSteps / stepsPerEpoch) : Math.ceil(args.numTrainEpochs),
    samples: args.maxSteps > 0 ? maxSteps * batchSize * accumulation : examples * args.numTrainEpochs,
    loggingSteps: interval(args.loggingSteps),
    evalSteps: interval(args.evalSteps ?? args.loggingSteps),
    saveSteps: interval(args.saveSteps),
  };
}

/** What Transformers does after an optimiser step. */
export function dueAfterStep(args: TrainingArguments, state: TrainerState): Due {
  const { globalStep } = state;
  const isLast = globalStep >= state.maxSteps;
  const every = (steps: number) => globalStep % steps === 0;
  return {
    log: (globalStep === 1 && args.loggingFirstStep) || (args.loggingStrategy === 'steps' && every(state.loggingSteps)),
    evaluate: args.evalStrategy === 'steps' && (every(state.evalSteps) || isLast),
    save: args.saveStrategy === 'steps' && (every(state.saveSteps) || isLast),
  };
}

/** What Transformers does where an epoch ends, or training within it. */
export function dueAfterEpoch(args: TrainingArguments): Due {
  return {
    log: args.loggingStrategy === 'epoch',
    evaluate: args.evalStrategy === 'epoch',
    save: args.saveStrategy === 'epoch',
  };
}

/** A training between two steps: with the model's weights and the arguments, what a checkpoint is written from. */
export interface OngoingTraining {
  readonly plan: TrainingPlan;
  readonly state: TrainerState;
  readonly runningLoss: RunningLoss;
  readonly optimizer: Optimizer;
  readonly place: Place;
  /** The parameters that were trainable when the training began: callbacks may freeze them. */
  readonly trained: readonly string[];
}

/** Where a training is within its epochs, and what is left to do there. */
export interface Place {
  /** The epoch under way, from 0, and how many of its optimiser steps are done. */
  epoch: number;
  steps: number;
  /** Whether no more of this epoch is learnt from: it is complete, or a callback has ended it. */
  isOver: boolean;
  /** The optimiser step after which an epoch has ended last. */
  endedAt?: number;
  /** What is due after the last step, or the last epoch, and not done. */
  due: Due;
}

/** Nothing is left to do. */
export const NOTHING_DUE: Due = { log: false, evaluate: false, save: false };

/** Where a training begins. */
export const firstPlace = (): Place => ({ epoch: 0, steps: 0, isOver: false, due: NOTHING_DUE });

/** What the next log entry, and the watch over the loss, must know of the steps before. */
export interface RunningLoss {
  /** The losses since the last log, and up to it, added up. */
  lossSum: number;
  loggedSum: number;
  /** The optimiser step of the last log. */
  lastLogged: number;
  /** Of the last step. */
  gradNorm: number;
  learningRate: number;
  /** Of the next step, undefined before the first. */
  nextLearningRate?: number;
  /** The loss of the first step, undefined before it. */
  firstLoss?: number;
}
