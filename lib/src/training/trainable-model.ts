import type { TrainingExample } from '../dataset/example-source.js';
import type { LossOptions } from '../hubert/classification-loss.js';
import type { FeatureInput, ModelInput } from '../hubert/input.js';
import type { PretrainedModel } from '../hubert/pretrained/pretrained-model.js';
import type { MixedLabels } from '../tensor/cross-entropy.js';
import type { tf } from '../tensor/tensorflow.js';

/** What a {@link Trainer} gives a model: a batch of sound, and all that its examples say of it. */
export type TrainingBatch = (ModelInput | FeatureInput) & {
  /** The class of each row, −100 where it has none. */
  labels: number[];
  /** For each row a second class and its share s, where rows are mixed: the row's loss is (1 − s) · its own + s · the other's. */
  mixed?: MixedLabels;
  /** How the loss is computed, where the Trainer says so: to a model that {@link TrainableModel.takesLoss}. */
  loss?: LossOptions;
  /** What the frames of each row are labelled, where its example says so. */
  frameLabels?: NonNullable<TrainingExample['frameLabels']>[];
};

/** What a model says about a batch in an evaluation; the tensors belong to the caller. */
export interface BatchOutput {
  /** On average over what counts. */
  loss?: tf.Scalar;
  /** A row of a classifier's logits for each example. */
  logits?: tf.Tensor2D;
}

/**
 * What a {@link Trainer} trains: a model with a loss of its own, be it of classes or of anything else. The models of the
 * library are: `HubertForSequenceClassification`, `Wav2Vec2ForSequenceClassification`, `HubertForPreTraining`, and what
 * `distil` makes.
 */
export interface TrainableModel
  extends Pick<
    PretrainedModel,
    | 'config'
    | 'parameters'
    | 'train'
    | 'eval'
    | 'freezeFeatureEncoder'
    | 'extractFeatures'
    | 'numParameters'
    | 'savePretrained'
  > {
  /** In what its matrix products are computed; the argument `bf16` sets it. */
  dtype?: PretrainedModel['dtype'];
  /** What a model card says that it is, in sentences; default what it says of a classifier. */
  readonly description?: string;
  /** Whether the loss is what a batch's `loss` and `mixed` say; default false: the model has a loss of its own. */
  readonly takesLoss?: boolean;
  /** Lets gradients keep less, as {@link PretrainedModel.activationCheckpointingEnable} does. */
  activationCheckpointingEnable?(): void;
  /** What the model says about a batch; with dropout and masks after `train({ seed })`, which decides them. */
  forward(batch: TrainingBatch): BatchOutput;
  /** The loss, and its gradient by each trainable parameter, under the parameter's name. */
  lossAndGradients(batch: TrainingBatch): { loss: tf.Scalar; logits?: tf.Tensor2D; gradients: tf.NamedTensorMap };
  /** What is wrong with what an example says of its sound. A model without this needs a class, one of its `numLabels`. */
  exampleProblem?(example: TrainingExample): string | undefined;
  /** Frees its tensors; called after each trial of a search. */
  dispose?(): void;
}
