import { randomInt } from 'node:crypto';
import { Randomness } from '../../tensor/randomness.js';
import { tf } from '../../tensor/tensorflow.js';
import type { ParameterSpec } from './parameter-specs.js';

/** Parameters with the values that a model starts training with. */
export function initialise(
  specs: ReadonlyMap<string, ParameterSpec>,
  seed: number = randomInt(2 ** 31),
): Map<string, tf.Variable> {
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
