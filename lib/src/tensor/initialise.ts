import { randomInt } from 'node:crypto';
import { ParameterError } from '../errors.js';
import { Randomness } from './randomness.js';
import { tf } from './tensorflow.js';

/** The shape of a parameter, and how it is drawn at random where no checkpoint has it. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly init: Initializer;
  /** False for running statistics, which have no gradient. */
  readonly trainable?: false;
}

/** Normal and uniform distributions around 0, or a constant. */
export type Initializer =
  | { readonly normal: number }
  | { readonly uniform: readonly [number, number] }
  | { readonly constant: number };

/** The most numbers that are drawn at random: 8 GB of them, twice those of the largest HuBERT. */
const MOST_NUMBERS = 2 ** 31;

const countOf = (shape: readonly number[]): number =>
  shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);

/** How many numbers the parameters have in all. */
export const numbersIn = (parameters: Iterable<{ readonly shape: readonly number[] }>): number =>
  Array.from(parameters).reduce((sum, { shape }) => sum + countOf(shape), 0);

/**
 * Parameters with the values that a model starts training with.
 *
 * @throws ParameterError for more numbers than {@link MOST_NUMBERS}
 */
export function initialise(
  specs: ReadonlyMap<string, ParameterSpec>,
  seed: number = randomInt(2 ** 31),
): Map<string, tf.Variable> {
  const numbers = numbersIn(specs.values());
  if (numbers > MOST_NUMBERS) {
    throw new ParameterError(
      `The model has ${numbers} parameters to draw at random, more than the ${MOST_NUMBERS} allowed`,
    );
  }
  const randomness = new Randomness(seed);
  return new Map(
    [...specs].map(([name, spec]) => [
      name,
      tf.tidy(() => tf.variable(initialValue(spec, randomness), spec.trainable)),
    ]),
  );
}

function initialValue({ shape, init }: ParameterSpec, randomness: Randomness): tf.Tensor {
  if ('constant' in init) return tf.fill([...shape], init.constant);
  if ('normal' in init) return tf.mul(randomness.normal([...shape]), init.normal);
  const [low, high] = init.uniform;
  return tf.add(tf.mul(randomness.uniform([...shape]), high - low), low);
}
