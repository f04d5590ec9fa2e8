import type { Wav2Vec2FeatureExtractor } from '../../feature-extractor/feature-extractor.js';
import type { tf } from '../../tensor/tensorflow.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { TrainableModel } from '../trainable-model.js';
import type { LogEntry, TrainerState } from '../trainer-state.js';
import type { CallbackState } from './callback-state.js';

/** What callbacks wish for, like `transformers.TrainerControl`: they change it in place. */
export interface TrainerControl {
  /** End the training after this step, or batch: its epoch ends too. Back to false when a training begins. */
  shouldTrainingStop: boolean;
  /** Go on with the next epoch. Back to false when an epoch begins. */
  shouldEpochStop: boolean;
  /** Save a checkpoint after this step. Back to false when that is done, and when a step begins. */
  shouldSave: boolean;
  /** Evaluate the model after this step. Back to false as `shouldSave` is. */
  shouldEvaluate: boolean;
  /** Log the loss after this step. Back to false as `shouldSave` is. */
  shouldLog: boolean;
}

/** What a callback is given in every event. */
export interface CallbackContext {
  model: TrainableModel;
  featureExtractor?: Wav2Vec2FeatureExtractor;
}

/** Called in an event, and waited for where it gives a promise; what else it gives does not count. */
export type CallbackListener<More = unknown> = (
  args: TrainingArguments,
  state: TrainerState,
  control: TrainerControl,
  context: CallbackContext & More,
) => unknown;

/** Gradients by the names of their parameters: clipped, as the optimiser takes them. They belong to the training. */
export interface WithGradients {
  gradients: Readonly<tf.NamedTensorMap>;
}

/** What an evaluation or a prediction gave, under the keys of the log. */
export interface WithMetrics {
  metrics: Readonly<Record<string, number>>;
}

/** An entry of the log, but for its step. */
export interface WithLogs {
  logs: Readonly<LogEntry>;
}

/**
 * Takes part in a training, like `transformers.TrainerCallback`: it has any of these methods. They are called in the order
 * of the callbacks, the next when the one before has ended. What one throws ends the training; checkpoints stay whole.
 *
 * @example
 * const until: TrainerCallback = {
 *   onStepEnd(args, state, control) {
 *     if (new Date().getHours() >= 18) control.shouldTrainingStop = true;
 *   },
 * };
 * const trainer = new Trainer({ model, args, trainDataset, featureExtractor, callbacks: [until] });
 * @see {@link EarlyStoppingCallback}
 */
export interface TrainerCallback {
  /** The Trainer is made. */
  onInitEnd?: CallbackListener;
  /** Before the first step, or the first after a checkpoint that is resumed. */
  onTrainBegin?: CallbackListener;
  /** After all, the best model is loaded, where that is asked for. Not where the training was interrupted or failed. */
  onTrainEnd?: CallbackListener;
  onEpochBegin?: CallbackListener;
  /** Before what is due where an epoch ends: log, evaluation and checkpoint. */
  onEpochEnd?: CallbackListener;
  /** Before the first batch of an optimiser step. */
  onStepBegin?: CallbackListener;
  /** Between two batches of an optimiser step. */
  onSubstepEnd?: CallbackListener;
  onPreOptimizerStep?: CallbackListener<WithGradients>;
  /** The weights have changed; `globalStep` has not. */
  onOptimizerStep?: CallbackListener<WithGradients>;
  /** Before what is due after an optimiser step: log, evaluation and checkpoint. */
  onStepEnd?: CallbackListener;
  onEvaluate?: CallbackListener<WithMetrics>;
  onPredict?: CallbackListener<WithMetrics>;
  /** A checkpoint is saved. */
  onSave?: CallbackListener;
  onLog?: CallbackListener<WithLogs>;
  /** After each batch of an evaluation or a prediction. */
  onPredictionStep?: CallbackListener;
  /** Before the model is pushed to the Hub. */
  onPushBegin?: CallbackListener;
  /**
   * A callback with this method has a state: it is saved with each checkpoint, by the name of its class, and with
   * `restoreCallbackStatesFromCheckpoint` its fields get these values again when that checkpoint is resumed.
   */
  state?(): CallbackState;
}

/** Something that happens in a training. */
export type TrainerEvent = Exclude<keyof TrainerCallback, 'state'>;

const EVENTS: Readonly<Record<TrainerEvent, true>> = {
  onInitEnd: true,
  onTrainBegin: true,
  onTrainEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onStepBegin: true,
  onSubstepEnd: true,
  onPreOptimizerStep: true,
  onOptimizerStep: true,
  onStepEnd: true,
  onEvaluate: true,
  onPredict: true,
  onSave: true,
  onLog: true,
  onPredictionStep: true,
  onPushBegin: true,
};

/** The names of all events. */
export const TRAINER_EVENTS = Object.keys(EVENTS) as readonly TrainerEvent[];

/** Nothing is wished for. */
export const initialControl = (): TrainerControl => ({
  shouldTrainingStop: false,
  shouldEpochStop: false,
  shouldSave: false,
  shouldEvaluate: false,
  shouldLog: false,
});
