import { autocast } from '../../tensor/autocast.js';
import { addGradients, freeOnTheWay } from '../../tensor/gradient-tape.js';
import type { Precision } from '../../tensor/graph-writer.js';
import { tf } from '../../tensor/tensorflow.js';
import { type EncoderInput, splitInput } from '../input.js';

/** So many frames, a minute, go through at a time: a gradient keeps what each layer gave for all of them. */
const PART_FRAMES = 3000;

/** A loss with its gradients; the tensors belong to the caller. */
export type Gradients = {
  loss: tf.Scalar;
  /** The gradient of the loss by each trainable parameter that it depends on, under the parameter's name. */
  gradients: tf.NamedTensorMap;
};

/** A batch in parts that are small enough for their gradients to fit into memory; the caller tidies them up. */
export const inParts = (batch: EncoderInput): EncoderInput[] => splitInput(batch, PART_FRAMES);

/**
 * A loss that is the sum of the losses of a batch's parts, and its gradients by the trainable parameters. One part after
 * the other goes through.
 *
 * @param precision - of the matrix products, forwards and backwards
 * @param lossOf - the loss of a part, whose first row is row `first` of the batch
 */
export function gradientsInParts(
  parameters: ReadonlyMap<string, tf.Variable>,
  parts: readonly EncoderInput[],
  lossOf: (part: EncoderInput, first: number) => tf.Scalar,
  precision: Precision,
): Gradients {
  const trained = [...parameters].filter(([, { trainable }]) => trainable);
  const variables = trained.map(([, variable]) => variable);
  const gradientsOf = (part: EncoderInput, first: number): Gradients =>
    tf.tidy(() => {
      const recorded = () => {
        const loss = lossOf(part, first);
        freeOnTheWay();
        return loss;
      };
      const { value: loss, grads } = autocast(precision, () => tf.variableGrads(recorded, variables));
      const found = trained.flatMap(([name, variable]) => (grads[variable.name] ? [[name, grads[variable.name]]] : []));
      return { loss, gradients: Object.fromEntries(found) as tf.NamedTensorMap };
    });
  let first = 0;
  let sum: Gradients | undefined;
  for (const part of parts) {
    const next = gradientsOf(part, first);
    sum = sum ? sumOf(sum, next) : next;
    first += part.size;
  }
  return sum!;
}

/** Takes the tensors of both. */
function sumOf(a: Gradients, b: Gradients): Gradients {
  const sum = { loss: tf.add(a.loss, b.loss) as tf.Scalar, gradients: addGradients(a.gradients, b.gradients) };
  tf.dispose([a.loss, b.loss]);
  return sum;
}
