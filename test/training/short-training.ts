import { type LogEntry, type Tracker, Trainer, type TrainingOptions } from 'onpa';
import { accuracy, evalExamples, examples, extractor, RANDOM, tinyModel } from './tiny.js';

/** What of a short training may be chosen. */
export interface Shortcut {
  args?: TrainingOptions;
}

/** Clips of different lengths: 5 batches of 2, so 3 optimiser steps an epoch, of which the last has one batch. */
export const LENGTHS = [2400, 3100, 2700, 3500, 2900, 2500, 3300, 2600, 3000];

/** Nine steps of a model with dropout, layer drop and SpecAugment, saved in the middle of epochs too. */
export const SHORT: TrainingOptions = {
  numTrainEpochs: 3,
  perDeviceTrainBatchSize: 2,
  perDeviceEvalBatchSize: 4,
  gradientAccumulationSteps: 2,
  learningRate: 1e-3,
  weightDecay: 0.01,
  warmupSteps: 2,
  loggingSteps: 2,
  evalStrategy: 'steps',
  evalSteps: 3,
  saveSteps: 2,
  reportTo: 'none',
  disableTqdm: true,
  seed: 7,
};

/** A trainer for it, always with the same weights. */
export async function randomTraining(
  outputDir: string,
  { args }: Shortcut = {},
  trackers: readonly Tracker[] = [],
): Promise<Trainer> {
  return new Trainer({
    model: await tinyModel(RANDOM),
    args: { ...SHORT, outputDir, ...args },
    trainDataset: examples(LENGTHS, 0),
    evalDataset: evalExamples(),
    featureExtractor: extractor(),
    computeMetrics: accuracy,
    trackers,
  });
}

/** Logs without what depends on the clock. */
export const timeless = (history: readonly LogEntry[]): LogEntry[] =>
  history.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([key]) => !/_runtime$|_per_second$/.test(key))),
  );
