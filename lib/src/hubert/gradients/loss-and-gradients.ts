import { autocast } from '../../tensor/autocast.js';
import type { Precision } from '../../tensor/graph-writer.js';
import { tf } from '../../tensor/tensorflow.js';
import { computedLoss, type LabelledRows, type RowLoss, rowLoss } from '../classification-loss.js';
import type { EncoderInput } from '../input.js';
import { choicesForRows, type TrainingChoices } from '../training-choices.js';
import { type Gradients, gradientsInParts } from './gradients-in-parts.js';

/** What training a classifier needs of a batch: the loss, and more; the tensors belong to the caller. */
export type LossAndGradients = Gradients & {
  /** (batch, classes) */
  logits: tf.Tensor2D;
};

/** The logits of some rows. */
type LogitsOf = (part: EncoderInput, choices?: TrainingChoices) => tf.Tensor2D;

/**
 * The loss of a batch, and its gradients by the trainable parameters.
 *
 * @param parts - the batch, of which one part after the other goes through
 * @param precision - of the matrix products
 * @param choices - in training, what chance has decided for the whole batch
 */
export function lossAndGradients(
  parameters: ReadonlyMap<string, tf.Variable>,
  logitsOf: LogitsOf,
  parts: readonly EncoderInput[],
  rows: LabelledRows & { classes: number },
  precision: Precision,
  choices?: TrainingChoices,
): LossAndGradients {
  const compute = rows.loss?.compute;
  if (!compute) return throughParts(parameters, logitsOf, parts, rowLoss(rows, rows.classes), precision, choices);
  if (parts.length === 1) {
    return throughParts(parameters, logitsOf, parts, (logits) => computedLoss(compute, logits), precision, choices);
  }
  // The loss of the whole batch first, and its gradient by the logits; then each part once more, for its share of that.
  const replayed = choices && { ...choices, randomness: choices.randomness.fork() };
  const logits = autocast(precision, () => logitsOfAll(logitsOf, parts, replayed));
  const { value, grad } = tf.valueAndGrad((x) => computedLoss(compute, x as tf.Tensor2D))(logits);
  const share: RowLoss = (some, first) => tf.sum(tf.mul(some, tf.slice(grad, first, some.shape[0])));
  const found = throughParts(parameters, logitsOf, parts, share, precision, choices);
  found.loss.dispose();
  return { ...found, loss: value as tf.Scalar };
}

function logitsOfAll(
  logitsOf: LogitsOf,
  parts: readonly EncoderInput[],
  choices: TrainingChoices | undefined,
): tf.Tensor2D {
  return tf.tidy(() => {
    let first = 0;
    const logits = parts.map((part) => {
      const some = tf.tidy(() => logitsOf(part, choices && choicesForRows(choices, first, part.size)));
      first += part.size;
      return some;
    });
    return tf.concat(logits); // (B, classes)
  });
}

function throughParts(
  parameters: ReadonlyMap<string, tf.Variable>,
  logitsOf: LogitsOf,
  parts: readonly EncoderInput[],
  loss: RowLoss,
  precision: Precision,
  choices: TrainingChoices | undefined,
): LossAndGradients {
  const logits: tf.Tensor2D[] = [];
  const lossOf = (part: EncoderInput, first: number) => {
    const found = tf.keep(logitsOf(part, choices && choicesForRows(choices, first, part.size)));
    logits.push(found);
    return loss(found, first);
  };
  try {
    const found = gradientsInParts(parameters, parts, lossOf, precision);
    return { ...found, logits: tf.concat(logits) }; // (B, classes)
  } finally {
    tf.dispose(logits);
  }
}
