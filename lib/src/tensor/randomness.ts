import { compiled } from './compiled.js';
import { differentiable } from './gradient-tape.js';
import { nativeOperation } from './native.js';
import { tf } from './tensorflow.js';

const dropped = compiled(['x', 'uniform', 'rate', 'scale'], (o, x, uniform, rate, scale) => [
  o.mul(x, o.mul(o.greaterEqual(uniform, rate), scale)),
]);

const masked = compiled(['x', 'mask', 'scale'], (o, x, mask, scale) => [o.mul(x, o.mul(mask, scale))]);

/** What dropout multiplies with what it keeps. */
export const keptScale = (rate: number): number => (rate < 1 ? 1 / (1 - rate) : 0);

/** Tensors of random numbers: the same seed gives the same ones in the same order, on any number of threads. */
export class Randomness {
  readonly #seed: number;
  #draws: number;

  /** @param draws - how many came before */
  constructor(seed: number, draws = 0) {
    this.#seed = seed;
    this.#draws = draws;
  }

  /** One that draws what this one will draw. */
  fork(): Randomness {
    return new Randomness(this.#seed, this.#draws);
  }

  /** Sets each value to 0 with the probability `rate`, and scales the others so that the mean stays. */
  dropout<T extends tf.Tensor>(x: T, rate: number): T {
    if (rate === 0) return x;
    const scale = keptScale(rate);
    return differentiable(
      [x],
      () => {
        const uniform = this.uniform(x.shape);
        const [value] = tf.tidy(() => dropped(x, uniform, tf.scalar(rate), tf.scalar(scale)));
        // Truth values take a quarter of the random numbers' memory.
        return { value: value as T, kept: [tf.greaterEqual(uniform, rate)] };
      },
      (dy, [mask]) => masked(dy, tf.cast(mask, 'float32'), tf.scalar(scale)),
    );
  }

  /** Numbers in [0, 1). */
  uniform(shape: number[]): tf.Tensor {
    return this.#draw('StatelessRandomUniform', shape);
  }

  /** Numbers of mean 0 and standard deviation 1. */
  normal(shape: number[]): tf.Tensor {
    return this.#draw('StatelessRandomNormal', shape);
  }

  /** Numbers that depend on the seed and on how many draws came before. */
  #draw(op: string, shape: number[]): tf.Tensor {
    return tf.tidy(() => {
      const key = tf.tensor1d([this.#seed, this.#draws++], 'int32');
      const types = { dtype: 'float32', T: 'int32', Tseed: 'int32' } as const;
      return nativeOperation(op, types, [tf.tensor1d(shape, 'int32'), key])[0];
    });
  }
}

/** {@link Randomness.dropout} in training; the input itself outside. */
export function dropout<T extends tf.Tensor>(x: T, rate: number, randomness: Randomness | undefined): T {
  return randomness ? randomness.dropout(x, rate) : x;
}
