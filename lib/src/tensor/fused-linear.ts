import { isTaping } from './gradient-tape.js';
import { attribute, type Graph, loadGraph, node, placeholder } from './graph.js';
import { isSupported, usesGpu } from './native.js';
import { tf } from './tensorflow.js';

/**
 * x · weight + bias, and + residual where there is one, for x (N, in), weight (in, out), bias (out), residual (N, out).
 * Where no gradient is recorded, the sums are part of the matrix product, as in {@link fusedGelu}.
 */
export function affine(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor, residual?: tf.Tensor2D): tf.Tensor2D {
  if (!isTaping() && canFuse()) return fused(x, weight, bias, residual);
  return tf.tidy(() => {
    const sum = tf.add<tf.Tensor2D>(tf.matMul(x, weight), bias);
    return residual ? tf.add(sum, residual) : sum;
  });
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
  const product = (name: string, given: string[], operations: string[]) =>
    node(name, '_FusedMatMul', given, {
      T: attribute.float32(),
      num_args: attribute.integer(given.length - 2),
      fused_ops: attribute.strings(operations),
    });
  return loadGraph([
    ...inputs.map(placeholder),
    product('plain', inputs.slice(0, 3), ['BiasAdd']),
    product('sum', inputs, ['BiasAdd', 'Add']),
  ]);
}

/** On processors for which TensorFlow uses oneDNN. */
const canFuse = isSupported(() => {
  if (usesGpu()) return false;
  const [x, weight, bias, residual] = [[2, 3], [5, 7], [11], [13]];
  const given = [tf.tensor2d(x, [1, 2]), tf.tensor2d(weight, [2, 1]), tf.tensor1d(bias)] as const;
  const found = [fused(...given), fused(...given, tf.tensor2d(residual, [1, 1]))].map((y) => y.dataSync()[0]);
  return found[0] === 42 && found[1] === 55;
});
