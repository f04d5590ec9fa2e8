import { type ActivationName, activate, activationAfterProduct } from './activation.js';
import { autocastPrecision, matMul } from './autocast.js';
import { fusedGelu } from './fused-gelu.js';
import { canFuseLayerNorm, fusedLayerNorm } from './fused-layer-norm.js';
import { canFuseLinear, fusedLinear } from './fused-linear.js';
import { differentiable, isTaping } from './gradient-tape.js';
import { tf } from './tensorflow.js';

/** Looks a parameter up by its name. */
export type ParameterLookup = (name: string) => tf.Tensor;

/** Parameters under a common prefix. */
export function under(parameters: ParameterLookup, prefix: string): ParameterLookup {
  return (name) => parameters(`${prefix}.${name}`);
}

/** x · weightᵀ + bias for rows x (N, in), weight (out, in). */
export function linear(x: tf.Tensor2D, parameters: ParameterLookup): tf.Tensor2D {
  const weight = parameters('weight') as tf.Tensor2D;
  const bias = parameters('bias');
  if (!isTaping() && autocastPrecision() === 'float32' && canFuseLinear()) return fusedLinear(x, weight, bias);
  return differentiable(
    [x, weight, bias],
    () => ({ value: tf.add(matMul(x, weight, false, true), bias) as tf.Tensor2D, kept: [x] }), // (N, out)
    (dy, [kept]) => [matMul(dy, weight), matMul(dy, kept as tf.Tensor2D, true), tf.sum(dy, 0)], // (N, in), (out, in), (out)
  );
}

/** PyTorch's default for its norms. */
export const NORM_EPSILON: number = 1e-5;

/** Normalises each row to zero mean and unit variance, then scales and shifts it: (…, C) → (…, C). */
export function layerNorm<T extends tf.Tensor>(x: T, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): T {
  const value = (): T =>
    tf.tidy(() => {
      if (!canFuseLayerNorm()) return tf.add(tf.mul(normalise(x, epsilon).normal, weight), bias) as T;
      const rows = tf.reshape(x, [-1, x.shape[x.rank - 1]]) as tf.Tensor2D;
      return tf.reshape(fusedLayerNorm(rows, weight, bias, epsilon), x.shape) as T;
    });
  if (!isTaping()) return value();
  return differentiable(
    [x, weight, bias],
    () => ({ value: value(), kept: [x] }),
    (dy, [kept]) => layerNormGradient(dy, kept as T, weight, epsilon),
  );
}

/** The gradients of {@link layerNorm} by x, weight and bias, from that by its value. */
export function layerNormGradient<T extends tf.Tensor>(
  dy: T,
  x: T,
  weight: tf.Tensor,
  epsilon: number,
): [dx: T, dWeight: tf.Tensor, dBias: tf.Tensor] {
  const { normal, scale } = normalise(x, epsilon);
  const along = tf.mul(dy, weight);
  const rows = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const inward = tf.add(tf.mul(normal, tf.mean(tf.mul(along, normal), -1, true)), tf.mean(along, -1, true)); // (…, C)
  const dx = tf.mul(tf.sub(along, inward), scale) as T;
  return [dx, tf.sum(tf.mul(dy, normal), rows), tf.sum(dy, rows)]; // (…, C), (C), (C)
}

/** Rows of zero mean and unit variance (…, C), and what they were multiplied by (…, 1). */
function normalise<T extends tf.Tensor>(x: T, epsilon: number): { normal: T; scale: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true)); // (…, C)
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon)); // (…, 1)
  return { normal: tf.mul(centred, scale) as T, scale };
}

/** The activation of x · weightᵀ + bias. */
export function activatedLinear(x: tf.Tensor2D, parameters: ParameterLookup, name: ActivationName): tf.Tensor2D {
  if (!isTaping() && activationAfterProduct(name).isFused) {
    return fusedGelu(x, parameters('weight') as tf.Tensor2D, parameters('bias'), true);
  }
  return tf.tidy(() => activate(linear(x, parameters), name));
}

/** Applies a function to `size` entries of an axis of all tensors at a time, and puts what it gives together along that axis. */
export function inPieces<T extends tf.Tensor>(tensors: T[], axis: number, size: number, work: (pieces: T[]) => T): T {
  const length = tensors[0].shape[axis];
  if (length <= size) return work(tensors);
  return tf.tidy(() => {
    const pieces: T[] = [];
    for (let first = 0; first < length; first += size) {
      const piece = (x: T) => {
        const begin = x.shape.map((_, k) => (k === axis ? first : 0));
        const count = x.shape.map((whole, k) => (k === axis ? Math.min(size, length - first) : whole));
        return tf.slice(x, begin, count);
      };
      pieces.push(tf.tidy(() => work(tensors.map(piece))));
    }
    return tf.concat(pieces as tf.Tensor[], axis) as T;
  });
}
