import { type CompiledFunction, compiled, type Operations } from './compiled.js';
import { canFuseGelu } from './fused-gelu.js';
import { differentiable, isTaping } from './gradient-tape.js';
import { tf } from './tensorflow.js';

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
  /** Both with all factors: the activation of x, and from x and the gradient by its value the gradient by x. */
  readonly inTraining: { value: CompiledFunction; gradient: CompiledFunction };
  /** Applied within the matrix product before it, instead of the curve: {@link fusedGelu}. */
  readonly isFused?: true;
}

const gelu: Activation = {
  // x/2 · (1 + erf(x/√2)) = (z + z · erf z) / √2 with z = x/√2
  before: Math.SQRT1_2,
  after: Math.SQRT1_2,
  curve: (z) => tf.tidy(() => tf.add(z, tf.mul(z, tf.erf(z)))),
  inTraining: {
    value: compiled(['x'], (o, x) => [o.mul(x, normalDistribution(o, x))]),
    gradient: compiled(['x', 'dy'], (o, x, dy) => {
      const density = o.mul(o.constant(1 / Math.sqrt(2 * Math.PI)), o.exp(o.mul(o.constant(-0.5), o.square(x))));
      return [o.mul(dy, o.add(normalDistribution(o, x), o.mul(x, density)))];
    }),
  },
};

/** The share of a normal distribution below x: GELU is x times it. */
function normalDistribution<X>(o: Operations<X>, x: X): X {
  return o.mul(o.constant(0.5), o.add(o.constant(1), o.erf(o.mul(x, o.constant(Math.SQRT1_2)))));
}

const geluInProduct: Activation = { ...gelu, before: 1, after: 1, isFused: true };

const SLOPE = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

function cubicOf<X>(o: Operations<X>, x: X): X {
  return o.mul(o.mul(o.constant(SLOPE), x), o.add(o.constant(1), o.mul(o.constant(CUBIC), o.square(x))));
}

/** GELU by the hyperbolic tangent: x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). */
const geluTanh: Activation = {
  before: 1,
  after: 0.5,
  curve: (x) =>
    tf.tidy(() => {
      const cubic = tf.mul(x, tf.add(tf.mul(tf.square(x), CUBIC * SLOPE), SLOPE));
      return tf.add(x, tf.mul(x, tf.tanh(cubic)));
    }),
  inTraining: {
    value: compiled(['x'], (o, x) => [o.mul(o.mul(o.constant(0.5), x), o.add(o.constant(1), o.tanh(cubicOf(o, x))))]),
    gradient: compiled(['x', 'dy'], (o, x, dy) => {
      const bend = o.tanh(cubicOf(o, x));
      const slope = o.mul(o.constant(SLOPE), o.add(o.constant(1), o.mul(o.constant(3 * CUBIC), o.square(x))));
      const steep = o.mul(o.mul(x, o.sub(o.constant(1), o.square(bend))), slope);
      return [o.mul(o.mul(o.constant(0.5), dy), o.add(o.add(o.constant(1), bend), steep))];
    }),
  },
};

const relu: Activation = {
  before: 1,
  after: 1,
  curve: (x) => tf.relu(x),
  inTraining: {
    value: (x) => [tf.relu(x)],
    gradient: (x, dy) => [tf.mul(dy, tf.step(x))],
  },
};

/** The name of an activation, as configurations write it. */
export type ActivationName = 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu';

/** The activations by name. */
export const ACTIVATIONS: Readonly<Record<ActivationName, Activation>> = {
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
};

/** The fastest form of an activation that follows a matrix product, where no gradient is recorded. */
export function activationAfterProduct(name: ActivationName): Activation {
  return name === 'gelu' && canFuseGelu() ? geluInProduct : ACTIVATIONS[name];
}

/** The activation of x; its gradient keeps x alone. */
export function activate<T extends tf.Tensor>(x: T, name: ActivationName): T {
  const { curve, before, after, inTraining } = ACTIVATIONS[name];
  if (!isTaping()) return tf.tidy(() => scaled(curve(scaled(x, before)), after));
  const { value, gradient } = inTraining;
  return differentiable(
    [x],
    () => ({ value: value(x)[0] as T, kept: [x] }),
    (dy, [kept]) => gradient(kept, dy),
  );
}

function scaled<T extends tf.Tensor>(x: T, factor: number): T {
  return factor === 1 ? x : tf.mul(x, factor);
}
