import type { PreprocessOptions, TrainingOptions } from 'onpa';
import { hasBfloat16 } from 'onpa/dist/tensor/bfloat16.js';

/** What of a training differs from lesson 6. */
export interface Recipe {
  title: string;
  /** How clips are prepared: those to learn from by `train`, all by `all`. */
  all?: PreprocessOptions;
  train?: PreprocessOptions;
  args?: TrainingOptions;
}

/** Lesson 6, for mini-hubert. */
export const LESSON = {
  evalStrategy: 'epoch',
  saveStrategy: 'epoch',
  saveTotalLimit: 1,
  learningRate: 1e-3,
  freezeFeatureEncoder: true,
  numTrainEpochs: 10,
  warmupRatio: 0.1,
  loggingSteps: 5,
  loadBestModelAtEnd: true,
  metricForBestModel: 'accuracy',
  reportTo: 'none',
  disableTqdm: true,
} as const satisfies TrainingOptions;

const CROPS: Omit<Recipe, 'title'> = { all: { maxDuration: 4, evalSegments: 3 }, train: { randomSegment: true } };
const CHANGES: PreprocessOptions = {
  augment: { shift: {}, polarityInversion: {}, gaussianNoise: { minSnrInDb: 10, maxSnrInDb: 40 } },
};
const MIX_UP: TrainingOptions = { mixupAlpha: 0.2 };
const SMOOTHING: TrainingOptions = { labelSmoothingFactor: 0.1 };
const COSINE: TrainingOptions = { lrSchedulerType: 'cosine' };

/** What is compared: the lesson, each change by itself, and all together. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  before: { title: 'lesson 6' },
  crops: { title: 'random 4 s, 3 segments', ...CROPS },
  augment: { title: 'shift, polarity, noise', train: CHANGES },
  mixup: { title: 'mix-up, α 0.2', args: MIX_UP },
  smoothing: { title: 'label smoothing 0.1', args: SMOOTHING },
  cosine: { title: 'cosine', args: COSINE },
  // Where the processor has it.
  ...(hasBfloat16() && { bfloat16: { title: 'bfloat16', args: { bf16: true } } }),
  after: {
    title: 'all of these',
    all: CROPS.all,
    train: { ...CROPS.train, ...CHANGES },
    args: { ...MIX_UP, ...SMOOTHING, ...COSINE },
  },
};
