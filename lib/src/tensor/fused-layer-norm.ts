import { layerNorm } from './functional.js';
import { isTaping } from './gradient-tape.js';
import { attribute, type Graph, loadGraph, node, placeholder } from './graph.js';
import { isSupported, usesGpu } from './native.js';
import { tf } from './tensorflow.js';

/** {@link layerNorm} of rows (N, C), in one pass over memory where no gradient is recorded. */
export function fusedLayerNorm(x: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor2D {
  return !isTaping() && canFuse() ? fused(x, weight, bias, epsilon) : layerNorm(x, weight, bias, epsilon);
}

/** One for each epsilon, which is an attribute. */
const graphs = new Map<number, Graph>();

function fused(x: tf.Tensor2D, scale: tf.Tensor, offset: tf.Tensor, epsilon: number): tf.Tensor2D {
  let graph = graphs.get(epsilon);
  if (!graph) {
    const inputs = ['x', 'scale', 'offset'];
    const attributes = { T: attribute.float32(), epsilon: attribute.float(epsilon) };
    graph = loadGraph([...inputs.map(placeholder), node('normal', '_MklLayerNorm', inputs, attributes)]);
    graphs.set(epsilon, graph);
  }
  return graph.run({ x, scale, offset }, ['normal'])[0] as tf.Tensor2D;
}

/** On processors for which TensorFlow uses oneDNN. */
const canFuse = isSupported(() => {
  if (usesGpu()) return false;
  const [x, scale, offset] = [tf.tensor2d([[1, 3, -2, 0.5]]), tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([4, 3, 2, 1])];
  const difference = tf.sub(fused(x, scale, offset, 0.25), layerNorm(x, scale, offset, 0.25));
  return tf.max(tf.abs(difference)).dataSync()[0] < 1e-5;
});
