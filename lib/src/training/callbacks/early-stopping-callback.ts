import { ParameterError } from '../../errors.js';
import { given, type OrNull } from '../../options.js';
import { requireInteger, requireNumber } from '../../validation.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import { metricName, worstMetric } from '../checkpoints/best-checkpoint.js';
import type { TrainerState } from '../trainer-state.js';
import type { CallbackState } from './callback-state.js';
import type { CallbackContext, TrainerCallback, TrainerControl, WithMetrics } from './trainer-callback.js';

/** When {@link EarlyStoppingCallback} stops a training. */
export interface EarlyStoppingOptions {
  /** Evaluations in a row that are not better; default 1. */
  earlyStoppingPatience?: number;
  /** By more than this an evaluation must be better than the best; default 0. */
  earlyStoppingThreshold?: number;
}

/**
 * Stops a training when `metricForBestModel` has not become better for some evaluations, like
 * `transformers.EarlyStoppingCallback`. With `loadBestModelAtEnd` the model then has its best weights.
 *
 * @throws ParameterError for options out of range, and when a Trainer is made, or a training begins, without
 * `metricForBestModel` or with `evalStrategy` 'no'
 *
 * @example
 * const args = new TrainingArguments({
 *   ...{ outputDir, numTrainEpochs: 20, evalStrategy: 'epoch', saveStrategy: 'epoch' },
 *   ...{ loadBestModelAtEnd: true, metricForBestModel: 'accuracy' },
 * });
 * const callbacks = [new EarlyStoppingCallback({ earlyStoppingPatience: 3 })];
 * const trainer = new Trainer({ model, args, trainDataset, evalDataset, featureExtractor, computeMetrics, callbacks });
 */
export class EarlyStoppingCallback implements TrainerCallback {
  earlyStoppingPatience: number;
  earlyStoppingThreshold: number;
  /** Evaluations in a row that were not better. */
  earlyStoppingPatienceCounter = 0;

  constructor(options: OrNull<EarlyStoppingOptions> = {}) {
    const { earlyStoppingPatience = 1, earlyStoppingThreshold = 0 } = given<EarlyStoppingOptions>(options);
    requireInteger('earlyStoppingPatience', earlyStoppingPatience);
    requireNumber('earlyStoppingThreshold', earlyStoppingThreshold, 0);
    this.earlyStoppingPatience = earlyStoppingPatience;
    this.earlyStoppingThreshold = earlyStoppingThreshold;
  }

  onInitEnd(args: TrainingArguments): void {
    watched(args);
    if (args.evalStrategy === 'no') {
      throw new ParameterError("EarlyStoppingCallback needs evaluations: give evalStrategy 'epoch' or 'steps'");
    }
  }

  onTrainBegin(args: TrainingArguments): void {
    // Who was added to a Trainer has not heard that it was made.
    this.onInitEnd(args);
    if (args.loadBestModelAtEnd) return;
    console.warn('EarlyStoppingCallback without loadBestModelAtEnd: after training the model has its last weights');
  }

  onEvaluate(
    args: TrainingArguments,
    state: TrainerState,
    control: TrainerControl,
    context: CallbackContext & WithMetrics,
  ): void {
    const name = watched(args);
    const value = context.metrics[name];
    if (value === undefined) {
      console.warn(`EarlyStoppingCallback found no ${name} in the evaluation, and does not stop the training`);
      return;
    }
    this.earlyStoppingPatienceCounter = this.#isBetter(value, name, args, state)
      ? 0
      : this.earlyStoppingPatienceCounter + 1;
    if (this.earlyStoppingPatienceCounter >= this.earlyStoppingPatience) control.shouldTrainingStop = true;
  }

  state(): CallbackState {
    const { earlyStoppingPatience, earlyStoppingThreshold, earlyStoppingPatienceCounter } = this;
    return {
      args: { earlyStoppingPatience, earlyStoppingThreshold },
      attributes: { earlyStoppingPatienceCounter },
    };
  }

  /** The first evaluation always is; NaN never is later, nor is anything better than the infinity that is best. */
  #isBetter(value: number, name: string, args: TrainingArguments, { bestMetric, logHistory }: TrainerState): boolean {
    const isFirst = logHistory.filter((entry) => name in entry).length <= 1;
    if (bestMetric === null && isFirst) return true;
    const best = bestMetric ?? worstMetric(args);
    return (args.greaterIsBetter ? value > best : value < best) && Math.abs(value - best) > this.earlyStoppingThreshold;
  }
}

/** The metric's key in the log. */
function watched(args: TrainingArguments): string {
  const name = metricName(args);
  if (name !== undefined) return name;
  throw new ParameterError("EarlyStoppingCallback needs metricForBestModel: give it, for example 'accuracy' or 'loss'");
}
