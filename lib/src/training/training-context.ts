import type { ExampleSource } from '../dataset/example-source.js';
import type { TrainingArguments } from './arguments/training-arguments.js';
import type { TrainerOptions } from './trainer-options.js';

/** What training, evaluation, checkpoints and model card share; the Trainer makes it once. */
export interface TrainingContext extends Pick<TrainerOptions, 'model' | 'featureExtractor' | 'computeMetrics'> {
  args: TrainingArguments;
  evalSource?: ExampleSource;
  /** Whether the gradients of several batches are added up as they are, or averaged. */
  lossIsScaledForGa: boolean;
}
