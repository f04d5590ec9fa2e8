import type { Precision } from './graph-writer.js';
import { isSupported, usesGpu } from './native.js';
import { tf } from './tensorflow.js';
import { WeightGraph } from './weight-graph.js';

const tries = { float32: isSupported(() => works('float32')), bfloat16: isSupported(() => works('bfloat16')) };

/** Whether graphs can keep weights here: on processors for which TensorFlow uses oneDNN, in what precision they can. */
export const canKeepWeights = (precision: Precision): boolean => tries[precision]();

/** All that a graph with weights is made of, on numbers that bfloat16 has. */
function works(precision: Precision): boolean {
  if (usesGpu()) return false;
  const weights = {
    weight: tf.tensor2d([[2], [-3]]),
    bias: tf.tensor1d([5]),
    filter: tf.tensor4d([2, 4], [1, 2, 1, 1]),
    scale: tf.tensor1d([2, 2]),
    shift: tf.tensor1d([1, 1]),
  };
  const graph = new WeightGraph(
    precision,
    () => weights,
    (writer, weight) => {
      const windows = writer.windows(writer.cast(writer.input('x')), 1, 2, 2, precision);
      writer.uncast(writer.product(windows, weight('weight'), weight('bias'), { activation: 'GeluExact' }), 'product');
      const image = writer.cast(writer.input('image'));
      writer.uncast(writer.convolution(image, weight('filter'), weight('bias'), [0, 0]), 'convolved');
      const norm = [weight('scale', 'float32'), weight('shift', 'float32')] as const;
      writer.rename(writer.layerNorm(writer.input('rows'), ...norm, 0), 'normed');
    },
  );
  const inputs = {
    x: tf.tensor2d([[8], [2], [16], [4]]),
    image: tf.tensor4d([1, 8, -4], [1, 1, 3, 1]),
    rows: tf.tensor2d([[8, 2]]),
  };
  try {
    const found = graph
      .run(inputs, ['product', 'convolved', 'normed'], Object.keys(weights))
      .flatMap((y) => [...y.dataSync()]);
    return [15, 25, 39, 5, 3, -1].every((expected, i) => Math.abs(found[i] - expected) < 1e-5);
  } finally {
    graph.dispose();
  }
}
