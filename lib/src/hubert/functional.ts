import { tf } from '../tensorflow.js';
import type { Activation } from './activation.js';

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
export function activatedLinear(x: tf.Tensor2D, parameters: Parameters, { before, curve }: Activation): tf.Tensor2D {
  return tf.tidy(() => {
    // The factor is cheaper on the narrow side.
    const scaled = before === 1 ? x : tf.mul(x, before);
    const product = tf.matMul(scaled, parameters('weight') as tf.Tensor2D, false, true); // (N, out)
    return curve(tf.add(product, tf.mul(parameters('bias'), before)) as tf.Tensor2D);
  });
}

/** Whether a gradient is being recorded, so that nothing may be freed or computed around TensorFlow's tape. */
export function recording(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** Computes what no gradient flows back from. */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  return tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))() as T;
}
