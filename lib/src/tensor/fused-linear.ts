import { isTaping } from './gradient-tape.js';
import { attribute, type Graph, loadGraph, node, placeholder } from './graph.js';
import { isSupported, usesGpu } from './native.js';
import { tf } from './tensorflow.js';

/**
 * x · weight + bias, and + residual where there is one, for x (N, in), weight (in, out), bias (out), residual (N, out).
 * Where no gradient is recorded, the sums are part of the matrix product, as in {@link fusedGelu}.
 */
export function affine(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor, residual?: tf.Tensor2D): tf.Tensor2D {
  if (!isTaping() && canFuseLinear()) return fused(x, weight, bias, residual);
  return tf.tidy(() => {
    const sum = tf.add<tf.Tensor2D>(tf.matMul(x, weight), bias);
    return residual ? tf.add(sum, residual) : sum;
  });
}

/** x · weightᵀ + bias for x (N, in), weight (out, in), bias (out) at once, where {@link canFuseLinear}; it has no gradient. */
export function fusedLinear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor): tf.Tensor2D {
  graph ??= products();
  return graph.run({ x, weight, bias }, ['transposed'])[0] as tf.Tensor2D;
}

let graph: Graph | undefined;

function fused(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor, residual?: tf.Tensor2D): tf.Tensor2D {
  graph ??= products();
  const inputs = { x, weight, bias };
  const [output] = residual ? graph.run({ ...inputs, residual }, ['sum']) : graph.run(inputs, ['plain']);
  return output as tf.Tensor2D;
}

function products(): Graph {
  const inputs = ['x', 'weight', 'bias', 'residual'];
  const product = (name: string, given: string[], operations: string[], transposed = false) =>
    node(name, '_FusedMatMul', given, {
      T: attribute.float32(),
      num_args: attribute.integer(given.length - 2),
      fused_ops: attribute.strings(operations),
      transpose_b: attribute.boolean(transposed),
    });
  return loadGraph([
    ...inputs.map(placeholder),
    product('plain', inputs.slice(0, 3), ['BiasAdd']),
    product('transposed', inputs.slice(0, 3), ['BiasAdd'], true),
    product('sum', inputs, ['BiasAdd', 'Add']),
  ]);
}

/** On processors for which TensorFlow uses oneDNN. */
export const canFuseLinear: () => boolean = isSupported(() => {
  if (usesGpu()) return false;
  const [x, weight, bias] = [tf.tensor2d([[2, 3]]), tf.tensor2d([[5], [7]]), tf.tensor1d([11])] as const;
  const found = [
    fused(x, weight, bias),
    fused(x, weight, bias, tf.tensor2d([[13]])),
    fusedLinear(x, tf.transpose(weight), bias),
  ];
  return [42, 55, 42].every((expected, i) => found[i].dataSync()[0] === expected);
});
