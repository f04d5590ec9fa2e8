import { ParameterError } from '../errors.js';
import { type ClassLabels, type CrossEntropyOptions, classTargets, crossEntropy } from '../tensor/cross-entropy.js';
import { tf } from '../tensor/tensorflow.js';

/** How a classifier's loss is computed, where it is not the mean cross-entropy of the batch. */
export interface LossOptions extends CrossEntropyOptions {
  /** What the sum over the rows is divided by; default the weights of their classes, added up. */
  divisor?: number;
  /** Another loss in its place: from the logits of the whole batch (batch, classes), in operations of TensorFlow. */
  compute?: (logits: tf.Tensor2D) => tf.Scalar;
}

/** The classes of a batch, and what is made of them. */
export type LabelledRows = ClassLabels & { loss?: LossOptions };

/**
 * The loss of the logits of some rows, from row `first` of the batch on: what the parts of a batch give, added up, is the
 * loss of the batch.
 */
export type RowLoss = (logits: tf.Tensor2D, first: number) => tf.Scalar;

/** The cross-entropy that the options ask for. */
export function rowLoss({ loss, ...rows }: LabelledRows, classes: number): RowLoss {
  const { shares, total } = classTargets(rows, classes, loss);
  return (logits, first) => {
    const own = shares.slice(first * classes, (first + logits.shape[0]) * classes);
    return crossEntropy(logits, { shares: own, total }, loss?.divisor);
  };
}

/** What `compute` gives, where that is a loss. */
export function computedLoss(compute: NonNullable<LossOptions['compute']>, logits: tf.Tensor2D): tf.Scalar {
  const loss = compute(logits);
  if (loss instanceof tf.Tensor && loss.rank === 0) return loss;
  const found = loss instanceof tf.Tensor ? `a tensor of the shape [${loss.shape.join(', ')}]` : typeof loss;
  throw new ParameterError(`computeLoss gave ${found}; give a scalar, such as tf.mean(losses)`);
}

/** The loss of the logits of a whole batch. */
export function batchLoss(logits: tf.Tensor2D, rows: LabelledRows): tf.Scalar {
  const { compute } = rows.loss ?? {};
  return compute ? computedLoss(compute, logits) : rowLoss(rows, logits.shape[1])(logits, 0);
}
