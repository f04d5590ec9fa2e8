import { attribute, type Graph, loadGraph, node, placeholder } from './graph.js';
import { isSupported, usesGpu } from './native.js';
import { tf } from './tensorflow.js';

/**
 * TensorFlow can apply GELU within a matrix product, while its result is still in the processor's registers. The
 * operation takes a list of strings, which TensorFlow.js does not pass on; a graph that holds the operation can be
 * loaded and run, though.
 */
const OPERATION = '_FusedMatMul';
const FUSED = ['BiasAdd', 'GeluExact'];

/** Whether {@link fusedGelu} works here: on processors for which TensorFlow uses oneDNN. */
export const canFuseGelu: () => boolean = isSupported(() => {
  if (usesGpu()) return false;
  const one = tf.ones([1, 1]) as tf.Tensor2D;
  const expected = 0.5 * (1 + tf.erf(Math.SQRT1_2).dataSync()[0]);
  return [false, true].every((transposed) => {
    const [found] = fusedGelu(one, one, tf.zeros([1]), transposed).dataSync();
    return Math.abs(found - expected) < 1e-6;
  });
});

let graph: Graph | undefined;

/** gelu(x · weight + bias) for x (N, in), weight (in, out) or, transposed, (out, in). It has no gradient. */
export function fusedGelu(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor, transposed: boolean): tf.Tensor2D {
  graph ??= products();
  const [output] = graph.run({ x, weight, bias }, [transposed ? 'transposed' : 'plain']);
  return output as tf.Tensor2D;
}

function products(): Graph {
  const inputs = ['x', 'weight', 'bias'];
  const product = (name: string, transposed: boolean) =>
    node(name, OPERATION, inputs, {
      T: attribute.float32(),
      num_args: attribute.integer(1),
      fused_ops: attribute.strings(FUSED),
      transpose_b: attribute.boolean(transposed),
    });
  return loadGraph([...inputs.map(placeholder), product('plain', false), product('transposed', true)]);
}
