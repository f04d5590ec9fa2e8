import { countLabels, crossEntropy } from '../../tensor/cross-entropy.js';
import type { Precision } from '../../tensor/graph-writer.js';
import { tf } from '../../tensor/tensorflow.js';
import type { EncoderInput } from '../input.js';
import { choicesForRows, type TrainingChoices } from '../training-choices.js';
import { type Gradients, gradientsInParts } from './gradients-in-parts.js';

/** What training a classifier needs of a batch: the mean cross-entropy, and more; the tensors belong to the caller. */
export type LossAndGradients = Gradients & {
  /** (batch, classes) */
  logits: tf.Tensor2D;
};

/**
 * The loss of a batch, and its gradients by the trainable parameters.
 *
 * @param parts - the batch, of which one part after the other goes through
 * @param precision - of the matrix products
 * @param choices - in training, what chance has decided for the whole batch
 */
export function lossAndGradients(
  parameters: ReadonlyMap<string, tf.Variable>,
  logitsOf: (part: EncoderInput, choices?: TrainingChoices) => tf.Tensor2D,
  parts: readonly EncoderInput[],
  labels: readonly number[],
  precision: Precision,
  choices?: TrainingChoices,
): LossAndGradients {
  const counted = countLabels(labels);
  const logits: tf.Tensor2D[] = [];
  const lossOf = (part: EncoderInput, first: number) => {
    const found = tf.keep(logitsOf(part, choices && choicesForRows(choices, first, part.size)));
    logits.push(found);
    return crossEntropy(found, labels.slice(first, first + part.size), counted);
  };
  try {
    const found = gradientsInParts(parameters, parts, lossOf, precision);
    return { ...found, logits: tf.concat(logits) }; // (B, classes)
  } finally {
    tf.dispose(logits);
  }
}
