import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { listedNames } from '../../checkpoint/listed-names.js';
import { CheckpointError } from '../../errors.js';
import { initialise, numbersIn, type ParameterSpec } from '../../tensor/initialise.js';
import { tf } from '../../tensor/tensorflow.js';
import { uploaded } from '../../tensor/uploaded.js';

/** The most numbers that are drawn at random, where the checkpoint does not have more of its own: as many as a base model. */
const MOST_RANDOM = 100_000_000;

/** Names that a warning lists. */
const MOST_NAMES = 50;

/** Counts of PyTorch's batch norm, which its fixed momentum does not need. */
const IGNORED = /\.num_batches_tracked$/;

/** How the parameters that a checkpoint does not have in the model's shape are made. */
export interface ReadOptions {
  ignoreMismatchedSizes?: boolean;
  seed?: number;
}

/**
 * The parameters of a model, those that the checkpoint does not have at random; a warning names these.
 *
 * @param source - where the checkpoint is from, for messages
 * @param prefix - what stands before the encoder's names: the model's type
 * @throws CheckpointError for a parameter of another shape, and for more random numbers than a model could need
 */
export function readParameters(
  checkpoint: Checkpoint,
  source: string,
  specs: ReadonlyMap<string, ParameterSpec>,
  prefix: string,
  { ignoreMismatchedSizes = false, seed }: ReadOptions,
): Map<string, tf.Variable> {
  const missing = new Map<string, ParameterSpec>();
  const resized: string[] = [];
  const used = new Set<string>();
  const stored = new Map<string, string>();
  for (const [name, spec] of specs) {
    const names = spellings(name, prefix);
    const found = names.find((spelling) => checkpoint.tensors.has(spelling));
    const other = names.find((spelling) => checkpoint.leftOut.has(spelling));
    if (found === undefined && other !== undefined) {
      throw new CheckpointError(`${checkpoint.path}: ${other} is ${checkpoint.leftOut.get(other)} instead of a tensor`);
    }
    if (found !== undefined) {
      used.add(found);
      const { shape } = checkpoint.tensors.get(found)!;
      if (shape.length === spec.shape.length && shape.every((size, k) => size === spec.shape[k])) {
        stored.set(name, found);
        continue;
      }
      const difference = `${found} is [${shape.join(', ')}], the model's is [${spec.shape.join(', ')}]`;
      if (!ignoreMismatchedSizes) {
        throw new CheckpointError(
          `${checkpoint.path}: ${difference}; with ignoreMismatchedSizes: true it starts with random values`,
        );
      }
      resized.push(difference);
    }
    missing.set(name, spec);
  }
  const unused = [...checkpoint.tensors.keys(), ...checkpoint.leftOut.keys()].filter(
    (name) => !used.has(name) && !IGNORED.test(name),
  );
  requireFew(checkpoint, missing);
  report(source, [...missing.keys()], resized, unused);
  const initial = initialise(missing, seed);
  const read = (found: string, { shape, trainable }: ParameterSpec) =>
    tf.tidy(() => tf.variable(uploaded(checkpoint.float32(found), shape), trainable));
  return new Map(Array.from(specs, ([name, spec]) => [name, initial.get(name) ?? read(stored.get(name)!, spec)]));
}

/** Before any of it is made: whether what is missing could be a model's head, or the whole of a model. */
function requireFew(checkpoint: Checkpoint, missing: ReadonlyMap<string, ParameterSpec>): void {
  const most = Math.max(MOST_RANDOM, numbersIn(checkpoint.tensors.values()));
  const random = numbersIn(missing.values());
  if (random <= most) return;
  throw new CheckpointError(
    `${checkpoint.path} lacks ${listedNames([...missing.keys()], 5)}: ${random} numbers to draw at random, more than the ${most} ` +
      'allowed; see that config.json belongs to it',
  );
}

/**
 * The names under which checkpoints have a parameter: with or without the encoder's prefix, and weight norm as PyTorch
 * before and since 2.1 calls it.
 */
function spellings(name: string, prefix: string): string[] {
  const start = `${prefix}.`;
  const isHead = /^(projector|classifier)\.|^layer_weights$/.test(name);
  const other = name.startsWith(start) ? name.slice(start.length) : start + name;
  return (isHead ? [name] : [name, other]).flatMap((spelling) => [
    spelling,
    spelling
      .replace('parametrizations.weight.original0', 'weight_g')
      .replace('parametrizations.weight.original1', 'weight_v'),
  ]);
}

function report(source: string, missing: string[], resized: string[], unused: string[]): void {
  const lines: string[] = [];
  if (missing.length > 0) {
    lines.push(
      `${source} lacks ${listedNames(missing, MOST_NAMES)}: they start with random values. Train the model before you use it.`,
    );
  }
  if (resized.length > 0) lines.push(`Of another shape: ${resized.join('; ')}.`);
  if (unused.length > 0) lines.push(`Not used by this model: ${listedNames(unused, MOST_NAMES)}.`);
  if (lines.length > 0) console.warn(lines.join('\n'));
}
