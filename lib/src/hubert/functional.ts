import { tf } from '../tensorflow.js';
import type { Activation } from './activation.js';
import { fusedGelu } from './fused-gelu.js';

/** Looks a parameter up by its name. */
export type Parameters = (name: string) => tf.Tensor;

/** Parameters under a common prefix. */
export function under(parameters: Parameters, prefix: string): Parameters {
  return (name) => parameters(`${prefix}.${name}`);
}

/** x · weightᵀ + bias for rows x (N, in), weight (out, in). */
export function linear(x: tf.Tensor2D, parameters: Parameters): tf.Tensor2D {
  return tf.tidy(() => {
    const product = tf.matMul(x, parameters('weight') as tf.Tensor2D, false, true); // (N, out)
    return tf.add(product, parameters('bias'));
  });
}

/** Normalises each row to zero mean and unit variance, then scales and shifts it: (…, C) → (…, C). */
export function layerNorm<T extends tf.Tensor>(x: T, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): T {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true); // (…, 1)
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), weight), bias) as T;
  });
}

/** x · weightᵀ + bias, then the activation except for its factor `after`, which the next product takes. */
export function activatedLinear(x: tf.Tensor2D, parameters: Parameters, activation: Activation): tf.Tensor2D {
  const { before, curve, isFused } = activation;
  const weight = parameters('weight') as tf.Tensor2D; // (out, in)
  if (isFused) return fusedGelu(x, weight, parameters('bias'), true);
  return tf.tidy(() => {
    // The factor is cheaper on the narrow side.
    const product = tf.matMul(tf.mul(x, before), weight, false, true); // (N, out)
    return curve(tf.add(product, tf.mul(parameters('bias'), before)) as tf.Tensor2D);
  });
}

/** Applies a function to `size` entries of an axis at a time, and puts what it gives together along that axis. */
export function inPieces<T extends tf.Tensor>(x: T, axis: number, size: number, work: (piece: T) => T): T {
  const length = x.shape[axis];
  if (length <= size) return work(x);
  return tf.tidy(() => {
    const pieces: T[] = [];
    for (let first = 0; first < length; first += size) {
      const begin = x.shape.map((_, k) => (k === axis ? first : 0));
      const count = x.shape.map((whole, k) => (k === axis ? Math.min(size, length - first) : whole));
      pieces.push(tf.tidy(() => work(tf.slice(x, begin, count))));
    }
    return tf.concat(pieces as tf.Tensor[], axis) as T;
  });
}
