import { asSource, type ExampleSource, type TrainingExample } from '../dataset/example-source.js';
import { ParameterError } from '../errors.js';
import type { LossOptions } from '../hubert/classification-loss.js';
import { type ClassLabels, classTargets, countLabels, type MixedLabels } from '../tensor/cross-entropy.js';
import { tf } from '../tensor/tensorflow.js';
import { requireNumber } from '../validation.js';
import type { TrainingArguments } from './arguments/training-arguments.js';
import type { TrainableModel } from './trainable-model.js';

/** What a loss of one's own is made of. */
export interface ComputeLossInput {
  /** Of the whole batch, also where it goes through the model in parts: (batch, classes). */
  logits: tf.Tensor2D;
  /** The class of each row, −100 where it has none. */
  labels: readonly number[];
  /** For each row a second class and its share of the loss, where rows are mixed. */
  mixed?: MixedLabels;
  /** Rows with a class in all batches of the optimiser step; in an evaluation those of the batch. */
  numItemsInBatch: number;
}

/**
 * A loss in place of the cross-entropy, made of TensorFlow's operations, whose gradient is taken of itself; Transformers'
 * `compute_loss_func`. It gets the logits of a batch at once, and may only look at them.
 *
 * @example
 * const brier: ComputeLoss = ({ logits, labels, numItemsInBatch }) => {
 *   const targets = tf.oneHot(tf.tensor1d([...labels], 'int32'), logits.shape[1]);
 *   return tf.div(tf.sum(tf.squaredDifference(tf.softmax(logits), targets)), numItemsInBatch);
 * };
 */
export type ComputeLoss = (input: ComputeLossInput) => tf.Scalar;

/** How the Trainer has the loss computed, where it does not leave that to the model. */
export interface TrainerLoss {
  labelSmoothing: number;
  classWeights?: readonly number[];
  computeLoss?: ComputeLoss;
}

/** What of the Trainer's options the loss depends on. */
interface LossChoice {
  model: TrainableModel;
  trainDataset?: ExampleSource | readonly TrainingExample[];
  classWeights?: readonly number[] | 'balanced';
  computeLoss?: ComputeLoss;
}

/** @throws ParameterError for weights that do not fit the classes, and a model that has a loss of its own */
export function trainerLoss(
  { model, trainDataset, classWeights, computeLoss }: LossChoice,
  { labelSmoothingFactor: labelSmoothing }: TrainingArguments,
): TrainerLoss | undefined {
  const asked = [
    labelSmoothing > 0 && 'labelSmoothingFactor',
    classWeights !== undefined && 'classWeights',
    computeLoss !== undefined && 'computeLoss',
  ].filter((name) => name !== false);
  if (asked.length === 0) return undefined;
  if (!model.takesLoss) {
    throw new ParameterError(
      `${asked.join(' and ')} cannot change the loss of this model; only a classifier takes another`,
    );
  }
  if (computeLoss !== undefined) {
    if (typeof computeLoss !== 'function')
      throw new ParameterError('computeLoss is no function; give one of the logits');
    if (asked.length === 1) return { labelSmoothing, computeLoss };
    throw new ParameterError(
      `computeLoss takes the place of ${asked.slice(0, -1).join(' and ')}; give one or the other`,
    );
  }
  const { numLabels } = model.config;
  const weights = classWeights === 'balanced' ? balanced(trainDataset, numLabels) : classWeights;
  if (weights) checkWeights(weights, numLabels);
  return { labelSmoothing, classWeights: weights && Array.from(weights) };
}

/**
 * Weights by which each class counts alike: examples / (classes · examples of the class).
 *
 * @see Python: `sklearn.utils.class_weight.compute_class_weight('balanced')`
 */
function balanced(dataset: LossChoice['trainDataset'], classes: number): number[] {
  const labels = dataset && labelsOf(dataset);
  if (!labels) {
    const why = dataset ? 'trainDataset does not tell its labels' : 'there is no trainDataset';
    throw new ParameterError(`classWeights is 'balanced', but ${why}; give a number for each class`);
  }
  const counted = labels.filter((label) => label !== -100);
  return Array.from({ length: classes }, (_, label) => {
    const count = counted.filter((other) => other === label).length;
    if (count > 0) return counted.length / (classes * count);
    throw new ParameterError(
      `classWeights is 'balanced', but trainDataset has no example of class ${label}; give a number for each class`,
    );
  });
}

function labelsOf(dataset: ExampleSource | readonly TrainingExample[]): readonly number[] | undefined {
  return Array.isArray(dataset) ? dataset.map(({ label }) => label) : asSource(dataset).labels;
}

function checkWeights(weights: readonly number[], classes: number): void {
  if (typeof weights === 'string' || weights.length !== classes) {
    const found = typeof weights === 'string' ? `'${weights}'` : `a list of ${weights.length}`;
    throw new ParameterError(
      `classWeights is ${found}; give 'balanced', or a number for each of the ${classes} classes`,
    );
  }
  weights.forEach((weight, label) => void requireNumber(`classWeights[${label}]`, weight, 0));
  if (weights.every((weight) => weight === 0))
    throw new ParameterError('classWeights are all 0; nothing would be learnt');
}

/** What a loss is divided by, and how many rows are in it. */
interface LossDivisor {
  divisor?: number;
  numItemsInBatch: number;
}

/** The divisor for batches that are one optimiser step; their losses then add up to the step's. */
export function divisorOf(loss: TrainerLoss, batches: readonly ClassLabels[], classes: number): Required<LossDivisor> {
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    divisor: sum(batches.map((batch) => classTargets(batch, classes, loss).total)),
    numItemsInBatch: sum(batches.map(({ labels }) => countLabels(labels))),
  };
}

/** What the model is told of the loss of a batch. */
export function lossOptions(
  { labelSmoothing, classWeights, computeLoss }: TrainerLoss,
  { labels, mixed }: { labels: readonly number[]; mixed?: MixedLabels },
  { divisor, numItemsInBatch }: LossDivisor,
): LossOptions {
  if (!computeLoss) return { labelSmoothing, classWeights, divisor };
  return {
    compute(logits) {
      let isRead = mixed === undefined;
      const input: ComputeLossInput = {
        ...{ logits, labels, numItemsInBatch },
        get mixed() {
          isRead = true;
          return mixed;
        },
      };
      const loss = computeLoss(input);
      if (isRead) return loss;
      tf.dispose(loss);
      throw new ParameterError(
        'mixupAlpha mixes the clips of a batch, and computeLoss does not look at `mixed`, the second class of each and ' +
          'its share; take it into the loss, or leave mixupAlpha out',
      );
    },
  };
}
