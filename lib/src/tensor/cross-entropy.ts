import { ParameterError } from '../errors.js';
import { tf } from './tensorflow.js';

/** The label of rows that the loss leaves out, as in PyTorch. */
const IGNORED = -100;

/** How many of the labels count. */
export function countLabels(labels: ArrayLike<number>): number {
  return Array.from(labels).filter((label) => label !== IGNORED).length;
}

/**
 * The cross-entropy of logits (rows, classes), summed over the rows that count and divided by `counted`; by default by
 * their number, which gives NaN if there are none, as in PyTorch.
 */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: ArrayLike<number>,
  counted: number = countLabels(labels),
): tf.Scalar {
  // Labels out of range become rows of zeros.
  const chosen = tf.oneHot(tf.tensor1d(Array.from(labels), 'int32'), logits.shape[1]); // (rows, classes)
  return tf.div(tf.sum(tf.mul(tf.logSoftmax(logits), chosen)), -counted); // ()
}

/** @throws ParameterError for labels that do not fit the rows or the classes */
export function checkLabels(labels: ArrayLike<number>, rows: number, classes: number): void {
  if (labels.length !== rows) throw new ParameterError(`labels has ${labels.length} entries for ${rows} rows`);
  for (let i = 0; i < rows; i++) {
    if (labels[i] === IGNORED) continue;
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      throw new ParameterError(`labels[${i}] is ${labels[i]}; give a whole number from 0 to ${classes - 1}`);
    }
  }
}
