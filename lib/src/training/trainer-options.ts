import type { ExampleSource, TrainingExample } from '../dataset/example-source.js';
import type { Wav2Vec2FeatureExtractor } from '../feature-extractor/feature-extractor.js';
import type { HubertForSequenceClassification } from '../hubert/models.js';
import type { OrNull } from '../options.js';
import type { TrainingArguments } from './arguments/training-arguments.js';
import type { TrainingOptions } from './arguments/training-defaults.js';
import type { CallbackHandler, CallbackOrClass } from './callbacks/callback-handler.js';
import type { ComputeMetrics } from './metrics.js';
import type { Trial } from './search/trial.js';
import type { Tracker } from './trackers/tracker.js';
import type { TrainableModel } from './trainable-model.js';
import type { ComputeLoss, TrainerLoss } from './trainer-loss.js';

/** Examples to learn from, or to be measured by. */
export type Dataset = ExampleSource | readonly TrainingExample[];

/** What a `Trainer` brings together. */
export interface TrainerOptions<M extends TrainableModel = HubertForSequenceClassification> {
  /** What learns: a classifier, or any other model with a loss. */
  model: M;
  /**
   * Makes a fresh model for each trial of a {@link Trainer.hyperparameterSearch}; with a `seed` for its new head it makes
   * the same for the same trial.
   */
  modelInit?: (trial?: Trial) => M | Promise<M>;
  /** Default: those of `new TrainingArguments()`. */
  args?: TrainingArguments | OrNull<TrainingOptions>;
  trainDataset?: Dataset;
  evalDataset?: Dataset;
  /** Pads the clips of a batch to one length, and is saved with the model. */
  featureExtractor?: Wav2Vec2FeatureExtractor;
  /**
   * What a classifier's loss of each class counts, or 'balanced': so much that all classes of `trainDataset` count alike.
   * The mean is that of `torch.nn.CrossEntropyLoss(weight)`, divided by the weights of the examples.
   */
  classWeights?: readonly number[] | 'balanced';
  /** A classifier's loss, in place of the cross-entropy; in evaluations too. */
  computeLoss?: ComputeLoss;
  /** Measures a classifier's predictions, beside the loss. */
  computeMetrics?: ComputeMetrics;
  /** Who takes part: callbacks, or their classes. They are told what happens in this order. */
  callbacks?: readonly CallbackOrClass[];
  /** Who watches, besides those of `reportTo`. */
  trackers?: readonly Tracker[];
  /**
   * With gradient accumulation, whether the losses of the batches are added up (true) or averaged. Transformers 5 takes
   * the classifiers of the HuBERT family for models that average by themselves, and adds up; so does onpa by default.
   */
  lossIsScaledForGa?: boolean;
}

/** How `Trainer.train` begins. */
export interface TrainOptions {
  /**
   * Go on from the last checkpoint of `outputDir` (true), from the one in this folder, or from one on the Hub: that of
   * 'owner/name' or 'owner/name@revision' (`last-checkpoint`, else the one of the highest step), or one that is named,
   * 'hf://owner/name@revision/checkpoint-50'. A folder goes first. Default false.
   */
  resumeFromCheckpoint?: boolean | string;
  /** Stops training when it is aborted. */
  signal?: AbortSignal;
  /** Push the trained model at the end, where `pushToHub` says so; default true. What is saved meanwhile is pushed all the same. */
  pushTrained?: boolean;
  /** The trial of a search that this is; it is noted in the state. */
  trial?: Trial;
}

/** What training, evaluation, checkpoints and model card share; the Trainer makes it once. */
export interface TrainingContext
  extends Pick<TrainerOptions<TrainableModel>, 'model' | 'featureExtractor' | 'computeMetrics'> {
  args: TrainingArguments;
  /** How the loss is computed; undefined where the model knows by itself. */
  loss?: TrainerLoss;
  callbacks: CallbackHandler;
  /** Whether the gradients of several batches are added up as they are, or averaged. */
  lossIsScaledForGa: boolean;
}
