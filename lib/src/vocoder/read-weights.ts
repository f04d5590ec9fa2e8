import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { listedNames } from '../checkpoint/listed-names.js';
import { CheckpointError } from '../errors.js';
import type { ParameterSpec } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import { uploaded } from '../tensor/uploaded.js';

/**
 * The parameters of a vocoder, which computes noise without one of them: all have to be there.
 *
 * @throws CheckpointError that names a tensor which is missing, or has another shape
 */
export function readWeights(
  checkpoint: Checkpoint,
  specs: ReadonlyMap<string, ParameterSpec>,
): Map<string, tf.Variable> {
  // Before any of them is made.
  for (const [name, { shape }] of specs) requireTensor(checkpoint, name, shape);
  return new Map(
    Array.from(specs, ([name, { shape, trainable }]) => [
      name,
      tf.tidy(() => tf.variable(uploaded(checkpoint.float32(name), shape), trainable)),
    ]),
  );
}

/** Throws a {@link CheckpointError} unless the file has this tensor in this shape. */
export function requireTensor(checkpoint: Checkpoint, name: string, shape: readonly number[]): void {
  const found = checkpoint.tensors.get(name)?.shape;
  const expected = `[${shape.join(', ')}]`;
  if (!found) {
    const instead = checkpoint.leftOut.get(name);
    const what = instead === undefined ? 'is missing' : `is ${instead}`;
    throw new CheckpointError(`${checkpoint.path}: ${name} ${what}; the model needs a tensor ${expected}`);
  }
  if (found.length !== shape.length || found.some((size, k) => size !== shape[k])) {
    throw new CheckpointError(`${checkpoint.path}: ${name} is [${found.join(', ')}], the model's is ${expected}`);
  }
}

/** Says which tensors of a file are no part of the model. */
export function reportUnused(checkpoint: Checkpoint, source: string, used: Iterable<string>): void {
  const known = new Set(used);
  const unused = [...checkpoint.tensors.keys(), ...checkpoint.leftOut.keys()].filter((name) => !known.has(name));
  if (unused.length === 0) return;
  console.warn(`${source}: not used by this model: ${listedNames(unused, 20)}.`);
}
