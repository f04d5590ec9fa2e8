import {
  EarlyStoppingCallback,
  type HyperparameterSearchOptions,
  type Tracker,
  Trainer,
  type TrainerOptions,
} from 'onpa';
import { SHORT } from '../short-training.js';
import { accuracy, evalExamples, examples, extractor, RANDOM, tinyModel } from '../tiny.js';

/** Four steps of a model with dropout, two evaluations: saved at each, and one more step before. */
const LENGTHS = [2400, 3100, 2700, 3500, 2900, 2500, 3300, 2600];

/** A search that is quick, of numbers and of a choice that the model itself reads. */
export const SEARCH: HyperparameterSearchOptions = {
  hpSpace: {
    learningRate: { low: 1e-4, high: 1e-2, log: true },
    seed: { low: 1, high: 40, step: 1 },
    warmupSteps: { choices: [0, 1] },
  },
  computeObjective: ({ eval_loss }) => eval_loss,
  nTrials: 3,
  pruner: 'none',
};

/** Ends a training at the second of its four evaluations, as nothing is better by so much. */
export const impatient = (): Partial<TrainerOptions> => ({
  args: { evalSteps: 1, metricForBestModel: 'loss' },
  callbacks: [new EarlyStoppingCallback({ earlyStoppingPatience: 2, earlyStoppingThreshold: 100 })],
});

/** A Trainer for it, whose own model has the weights that each trial begins with. */
export async function searchingTrainer(
  outputDir: string,
  options: Partial<TrainerOptions> = {},
  trackers: readonly Tracker[] = [],
): Promise<Trainer> {
  return new Trainer({
    model: await tinyModel(RANDOM),
    modelInit: () => tinyModel(RANDOM),
    trainDataset: examples(LENGTHS, 0),
    evalDataset: evalExamples(),
    featureExtractor: extractor(),
    computeMetrics: accuracy,
    trackers,
    ...options,
    args: { ...SHORT, numTrainEpochs: 2, evalSteps: 2, saveSteps: 1, outputDir, ...options.args },
  });
}
