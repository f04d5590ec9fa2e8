/** What is done with the clips, a batch at a time. */
export const PARTS = {
  train: 'training of the whole model, killed once and resumed',
  features: 'two epochs over a frozen encoder, which keeps its features',
  predict: 'predictions',
  preprocess: 'pre-processing alone',
  pretrain: 'pre-training, by clusters of MFCCs',
  sound: "mel spectrograms by a Vocos of the public checkpoints' size, by melToAudio, and beats",
} as const;

export type Part = keyof typeof PARTS;

/** What a process is to do: its argument, as JSON. */
export interface EnduranceTask {
  part: Part;
  /** A folder of the model to train. */
  model: string;
  /** A data set in GTZAN's layout. */
  data: string;
  outputDir: string;
  batch: number;
  /** Batches to go through. */
  steps: number;
  /** Steps between two checkpoints. */
  saveSteps: number;
  /** Go on from the last checkpoint. */
  resume: boolean;
}

/** What a process writes after each batch, as a line of JSON. Memory is in MB of 10⁶ bytes. */
export interface Sample {
  step: number;
  /** Which process it was, from 1, where one was killed and another went on. */
  run?: number;
  /** Since the batch before. */
  seconds: number;
  /** Of the process: at this moment, and at most since the batch before. */
  rss: number;
  peak: number;
  /** Of typed arrays and buffers, garbage included. */
  arrayBuffers?: number;
  /** TensorFlow's tensors. */
  tensors?: number;
  loss?: number;
}
