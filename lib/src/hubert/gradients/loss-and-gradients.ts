import { countLabels, crossEntropy } from '../../tensor/cross-entropy.js';
import { addGradients } from '../../tensor/gradient-tape.js';
import { tf } from '../../tensor/tensorflow.js';
import { type EncoderInput, splitInput } from '../input.js';
import { choicesForRows, type TrainingChoices } from '../training-choices.js';

/** So many frames, a minute, go through at a time: a gradient keeps what each layer gave for all of them. */
const PART_FRAMES = 3000;

/** What training a classifier needs of a batch; the tensors belong to the caller. */
export type LossAndGradients = {
  /** The mean cross-entropy. */
  loss: tf.Scalar;
  /** (batch, classes) */
  logits: tf.Tensor2D;
  /** The gradient of the loss by each trainable parameter that it depends on, under the parameter's name. */
  gradients: tf.NamedTensorMap;
};

/** A batch in parts that are small enough for their gradients to fit into memory; the caller tidies them up. */
export const inParts = (batch: EncoderInput): EncoderInput[] => splitInput(batch, PART_FRAMES);

/**
 * The loss of a batch, and its gradients by the trainable parameters.
 *
 * @param parts - the batch, of which one part after the other goes through
 * @param choices - in training, what chance has decided for the whole batch
 */
export function lossAndGradients(
  parameters: ReadonlyMap<string, tf.Variable>,
  logitsOf: (part: EncoderInput, choices?: TrainingChoices) => tf.Tensor2D,
  parts: readonly EncoderInput[],
  labels: readonly number[],
  choices?: TrainingChoices,
): LossAndGradients {
  const trained = [...parameters].filter(([, { trainable }]) => trainable);
  const variables = trained.map(([, variable]) => variable);
  const counted = countLabels(labels);
  const gradientsOf = (part: EncoderInput, first: number): LossAndGradients =>
    tf.tidy(() => {
      let logits: tf.Tensor2D | undefined;
      const lossOf = () => {
        logits = tf.keep(logitsOf(part, choices && choicesForRows(choices, first, part.size)));
        return crossEntropy(logits, labels.slice(first, first + part.size), counted);
      };
      const { value: loss, grads } = tf.variableGrads(lossOf, variables);
      const found = trained.flatMap(([name, variable]) => (grads[variable.name] ? [[name, grads[variable.name]]] : []));
      const result = { loss, logits: tf.clone(logits!), gradients: Object.fromEntries(found) as tf.NamedTensorMap };
      logits!.dispose();
      return result;
    });
  let first = 0;
  let sum: LossAndGradients | undefined;
  for (const part of parts) {
    const next = gradientsOf(part, first);
    sum = sum ? sumOf(sum, next) : next;
    first += part.size;
  }
  return sum!;
}

/** Takes the tensors of both. */
function sumOf(a: LossAndGradients, b: LossAndGradients): LossAndGradients {
  const sum = {
    loss: tf.add(a.loss, b.loss) as tf.Scalar,
    logits: tf.concat([a.logits, b.logits]), // (B of both, classes)
    gradients: addGradients(a.gradients, b.gradients),
  };
  tf.dispose([a.loss, b.loss, a.logits, b.logits]);
  return sum;
}
