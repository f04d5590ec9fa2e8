import { type Graph, loadGraph } from './graph.js';
import { GraphWriter } from './graph-writer.js';
import { isSupported, usesGpu } from './native.js';
import { tf } from './tensorflow.js';

/** One for each epsilon, which is an attribute. */
const graphs = new Map<number, Graph>();

/** The layer norm of rows (N, C) in one pass over memory, where {@link canFuseLayerNorm}. It has no gradient. */
export function fusedLayerNorm(x: tf.Tensor2D, scale: tf.Tensor, offset: tf.Tensor, epsilon: number): tf.Tensor2D {
  let graph = graphs.get(epsilon);
  if (!graph) {
    const writer = new GraphWriter('float32');
    const [rows, gain, shift] = ['x', 'scale', 'offset'].map((name) => writer.input(name));
    writer.rename(writer.layerNorm(rows, gain, shift, epsilon), 'normal');
    graph = loadGraph(writer.nodes);
    graphs.set(epsilon, graph);
  }
  return graph.run({ x, scale, offset }, ['normal'])[0] as tf.Tensor2D;
}

/** On processors for which TensorFlow uses oneDNN. */
export const canFuseLayerNorm: () => boolean = isSupported(() => {
  if (usesGpu()) return false;
  // Of mean 2 and variance 8: with the epsilon, a deviation of 3.
  const x = tf.tensor2d([[-2, 2, 2, 6]]);
  const found = fusedLayerNorm(x, tf.tensor1d([3, 6, 9, 12]), tf.tensor1d([4, 3, 2, 1]), 1).dataSync();
  return [0, 3, 2, 17].every((expected, i) => Math.abs(found[i] - expected) < 1e-5);
});
