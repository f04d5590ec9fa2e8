import { ParameterError } from '../errors.js';
import { requireNumber } from '../validation.js';
import { tf } from './tensorflow.js';

/** The label of rows that the loss leaves out, as in PyTorch. */
const IGNORED = -100;

/** For each row a second class, and its share in [0, 1] of the row's loss, as mix-up makes them. */
export interface MixedLabels {
  labels: ArrayLike<number>;
  shares: ArrayLike<number>;
}

/** The classes of the rows of a batch. */
export interface ClassLabels {
  labels: ArrayLike<number>;
  mixed?: MixedLabels;
}

/** What a cross-entropy may be besides plain. */
export interface CrossEntropyOptions {
  /** The share of each row's loss that goes to all classes alike; default 0. */
  labelSmoothing?: number;
  /** What the loss of each class counts; default 1 for all. */
  classWeights?: readonly number[];
}

/** What rows of a batch are to say. */
interface ClassTargets {
  /** The share of each class in the loss of each row: (rows, classes), row-major; zeros in rows that do not count. */
  shares: Float32Array;
  /** The weights of the rows' classes, added up: without weights, how many rows count. */
  total: number;
}

/** How many of the labels count. */
export function countLabels(labels: ArrayLike<number>): number {
  return Array.from(labels).filter((label) => label !== IGNORED).length;
}

/**
 * The targets of a cross-entropy. Those of a mixed row are (1 − share) of the one class's and share of the other's, and
 * so is its weight.
 *
 * @see Python: `torch.nn.CrossEntropyLoss(weight, label_smoothing)`
 */
export function classTargets(
  { labels, mixed }: ClassLabels,
  classes: number,
  { labelSmoothing = 0, classWeights }: CrossEntropyOptions = {},
): ClassTargets {
  const shares = new Float32Array(labels.length * classes);
  const weightOf = (label: number) => classWeights?.[label] ?? 1;
  let total = 0;
  const add = (row: number, label: number, share: number) => {
    if (label === IGNORED || share === 0) return;
    total += share * weightOf(label);
    for (let c = 0; c < classes; c++) {
      const part = labelSmoothing / classes + (c === label ? 1 - labelSmoothing : 0);
      shares[row * classes + c] += share * weightOf(c) * part;
    }
  };
  for (let row = 0; row < labels.length; row++) {
    const share = mixed?.shares[row] ?? 0;
    add(row, labels[row], 1 - share);
    if (mixed) add(row, mixed.labels[row], share);
  }
  return { shares, total };
}

/**
 * The cross-entropy of logits (rows, classes), summed over the rows and divided by `divisor`; by default by the targets'
 * total, which gives NaN where no row counts, as in PyTorch.
 */
export function crossEntropy(logits: tf.Tensor2D, targets: ClassTargets, divisor: number = targets.total): tf.Scalar {
  const shares = tf.tensor2d(targets.shares, logits.shape); // (rows, classes)
  return tf.div(tf.sum(tf.mul(tf.logSoftmax(logits), shares)), -divisor); // ()
}

/** @throws ParameterError for labels that do not fit the rows or the classes */
export function checkLabels(labels: ArrayLike<number>, rows: number, classes: number, name = 'labels'): void {
  if (labels.length !== rows) throw new ParameterError(`${name} has ${labels.length} entries for ${rows} rows`);
  for (let i = 0; i < rows; i++) {
    if (labels[i] === IGNORED) continue;
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      throw new ParameterError(`${name}[${i}] is ${labels[i]}; give a whole number from 0 to ${classes - 1}`);
    }
  }
}

/** @throws ParameterError for labels that do not fit the rows or the classes, and shares outside [0, 1] */
export function checkRows({ labels, mixed }: ClassLabels, rows: number, classes: number): void {
  checkLabels(labels, rows, classes);
  if (!mixed) return;
  checkLabels(mixed.labels, rows, classes, 'mixed.labels');
  const { shares } = mixed;
  if (shares.length !== rows) throw new ParameterError(`mixed.shares has ${shares.length} entries for ${rows} rows`);
  for (let i = 0; i < rows; i++) requireNumber(`mixed.shares[${i}]`, shares[i], 0, 1);
}
