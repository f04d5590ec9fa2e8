import { tf } from '../tensorflow.js';
import { canFuseGelu } from './fused-gelu.js';
import { recording } from './recording.js';

/**
 * An activation as `x ↦ after · curve(before · x)`.
 *
 * The two factors cost nothing where they can be multiplied into the weights on either side, and the curve that is left
 * needs fewer passes over memory.
 */
export interface Activation {
  readonly before: number;
  readonly after: number;
  curve<T extends tf.Tensor>(x: T): T;
  /** Applied within the matrix product before it, instead of the curve: {@link fusedGelu}. */
  readonly isFused?: true;
}

const gelu: Activation = {
  // x/2 · (1 + erf(x/√2)) = (z + z · erf z) / √2 with z = x/√2
  before: Math.SQRT1_2,
  after: Math.SQRT1_2,
  curve: (z) => tf.tidy(() => tf.add(z, tf.mul(z, tf.erf(z)))),
};

const geluInProduct: Activation = { ...gelu, before: 1, after: 1, isFused: true };

/** GELU by the hyperbolic tangent: x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). */
const geluTanh: Activation = {
  before: 1,
  after: 0.5,
  curve: (x) =>
    tf.tidy(() => {
      const cubic = tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715 * Math.sqrt(2 / Math.PI)), Math.sqrt(2 / Math.PI)));
      return tf.add(x, tf.mul(x, tf.tanh(cubic)));
    }),
};

const relu: Activation = { before: 1, after: 1, curve: (x) => tf.relu(x) };

/** The name of an activation, as configurations write it. */
export type ActivationName = 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu';

/** The activations by name. */
export const ACTIVATIONS: Readonly<Record<ActivationName, Activation>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
};

/** The fastest form of an activation that follows a matrix product. */
export function activationAfterProduct(name: ActivationName): Activation {
  return name === 'gelu' && !recording() && canFuseGelu() ? geluInProduct : ACTIVATIONS[name];
}
