import { DEFAULTS, type ModelConfig } from 'onpa/dist/hubert/config.js';

/** Of the music, and of mini-genres when it is heard by the model, in Hz. */
export const SAMPLE_RATE = 16_000;
/** Samples from frame to frame, and that a frame sees. */
export const HOP = 320;
export const FIELD = 400;
/** What the model is shown at a time, in frames: 2.6 s. */
export const FRAMES = 128;
export const EXCERPT: number = HOP * (FRAMES - 1) + FIELD;

/** How many clusters there are of timbre (MFCCs), and of harmony (chroma and onsets). */
export const CLUSTERS = { timbre: 100, harmony: 64 } as const;

/** Width, depth and everything else of the model. While it is pre-trained, nothing is dropped. */
export const CONFIG: ModelConfig = {
  ...structuredClone(DEFAULTS),
  modelType: 'hubert',
  hiddenSize: 128,
  numHiddenLayers: 2,
  numAttentionHeads: 4,
  intermediateSize: 512,
  convDim: [64, 64, 64, 64, 64, 64, 64],
  featProjLayerNorm: false,
  layerdrop: 0,
  applySpecAugment: false,
  classifierProjSize: 128,
  numLabels: 2,
  id2label: { 0: 'LABEL_0', 1: 'LABEL_1' },
  label2id: { LABEL_0: 0, LABEL_1: 1 },
  extra: {},
};

export const WITHOUT_DROPOUT = { hiddenDropout: 0, attentionDropout: 0, activationDropout: 0 } as const;

/** How it is trained. */
export interface Recipe {
  steps: number;
  /** Parts of a step's batch, which are worked on at the same time. */
  parts: number;
  /** Pieces in a part, each with two excerpts, which are to be told from those of the others. */
  pieces: number;
  /** The highest learning rate, and after how many steps it is reached. */
  learningRate: number;
  warmUp: number;
  /** Steps from checkpoint to checkpoint, where it is also tested. */
  checkpointSteps: number;
}

export const RECIPE: Recipe = {
  steps: 6000,
  parts: 2,
  pieces: 5,
  learningRate: 1.5e-3,
  warmUp: 1800,
  checkpointSteps: 250,
};
