import type { ExampleSource } from '../dataset/example-source.js';
import type { Wav2Vec2FeatureExtractor } from '../feature-extractor/feature-extractor.js';
import type { HubertForSequenceClassification } from '../hubert/models.js';
import type { TrainingArguments } from './arguments/training-arguments.js';
import type { ComputeMetrics } from './metrics.js';

/** What training, evaluation, checkpoints and model card share; the Trainer makes it once. */
export interface TrainingContext {
  readonly model: HubertForSequenceClassification;
  readonly args: TrainingArguments;
  /** Pads the clips of a batch, and is saved with the model. */
  readonly featureExtractor?: Wav2Vec2FeatureExtractor;
  readonly computeMetrics?: ComputeMetrics;
  readonly evalSource?: ExampleSource;
  /** Whether the gradients of several batches are added up as they are, or averaged. */
  readonly lossIsScaledForGa: boolean;
}
