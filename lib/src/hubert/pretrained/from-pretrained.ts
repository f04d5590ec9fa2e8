import { type Checkpoint, openCheckpoint } from '../../checkpoint/checkpoint.js';
import { CheckpointError, ParameterError } from '../../errors.js';
import { type HubOptions, repositoryFile } from '../../hub/download/repository-file.js';
import { readJson } from '../../json.js';
import { nativeOperation } from '../../tensor/native.js';
import { tf } from '../../tensor/tensorflow.js';
import { requireInteger } from '../../validation.js';
import type { Labels, ModelConfig } from '../config.js';
import { labelsOf, readConfig } from './config-file.js';
import type { ParameterSpec } from './parameter-specs.js';
import { initialise } from './parameter-specs.js';

/** Options of `fromPretrained`. */
export interface FromPretrainedOptions extends HubOptions {
  /** The number of classes, where the labels have no names. */
  numLabels?: number;
  /** The names of the classes. */
  id2label?: Record<number, string>;
  label2id?: Record<string, number>;
  /** Draw parameters at random whose shape in the checkpoint is another, instead of an error; default false. */
  ignoreMismatchedSizes?: boolean;
  /** For the parameters that are drawn at random; a whole number of at least 0; default another each time. */
  seed?: number;
}

/** A class of models. */
interface ModelClass<M> {
  new (config: ModelConfig, parameters: ReadonlyMap<string, tf.Variable>): M;
  /** What the parameters of a model are called, and what they look like. */
  specs(config: ModelConfig): Map<string, ParameterSpec>;
}

/**
 * Reads configuration and weights from a folder, or from the Hub.
 *
 * @param classes - the class for each family that will do
 */
export async function loadModel<M>(
  idOrFolder: string,
  options: FromPretrainedOptions,
  classes: Partial<Record<ModelConfig['modelType'], ModelClass<M>>>,
): Promise<M> {
  const config = await loadConfig(idOrFolder, options);
  const model = classes[config.modelType];
  if (!model) {
    const families = Object.keys(classes).join(' or ');
    throw new CheckpointError(
      `${idOrFolder} is a ${config.modelType} model, not ${families}; AutoModel and AutoModelForAudioClassification load both`,
    );
  }
  if (options.seed !== undefined) requireInteger('seed', options.seed, 0);
  const path =
    (await repositoryFile(idOrFolder, 'model.safetensors', options)) ??
    (await repositoryFile(idOrFolder, 'pytorch_model.bin', options));
  if (path === undefined) {
    throw new CheckpointError(`${idOrFolder} has neither model.safetensors nor pytorch_model.bin`);
  }
  const checkpoint = await openCheckpoint(path);
  try {
    return new model(config, readParameters(checkpoint, idOrFolder, model.specs(config), config.modelType, options));
  } finally {
    checkpoint.close();
  }
}

/** `config.json`, its labels replaced where the options give others. */
async function loadConfig(idOrFolder: string, options: FromPretrainedOptions): Promise<ModelConfig> {
  const path = await repositoryFile(idOrFolder, 'config.json', options);
  if (path === undefined) throw new CheckpointError(`${idOrFolder} has no config.json, so it is no model`);
  const config = readConfig(await readJson(path), path);
  return { ...config, ...chosenLabels(config, options) };
}

function chosenLabels(config: ModelConfig, { numLabels, id2label, label2id }: FromPretrainedOptions): Partial<Labels> {
  if (numLabels !== undefined) requireInteger('numLabels', numLabels);
  if (!id2label && !label2id && (numLabels ?? config.numLabels) === config.numLabels) return {};
  try {
    return labelsOf({ numLabels, id2label, label2id });
  } catch (cause) {
    throw new ParameterError(`The labels do not fit together: ${(cause as Error).message}`, { cause });
  }
}

/** Counts of PyTorch's batch norm, which its fixed momentum does not need. */
const IGNORED = /\.num_batches_tracked$/;

function readParameters(
  checkpoint: Checkpoint,
  source: string,
  specs: Map<string, ParameterSpec>,
  prefix: string,
  { ignoreMismatchedSizes = false, seed }: FromPretrainedOptions,
): Map<string, tf.Variable> {
  const missing = new Map<string, ParameterSpec>();
  const resized: string[] = [];
  const used = new Set<string>();
  const stored = new Map<string, string>();
  for (const [name, spec] of specs) {
    const found = spellings(name, prefix).find((spelling) => checkpoint.tensors.has(spelling));
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
  const unused = [...checkpoint.tensors.keys()].filter((name) => !used.has(name) && !IGNORED.test(name));
  report(source, [...missing.keys()], resized, unused);
  const initial = initialise(missing, seed);
  const read = (found: string, { shape, trainable }: ParameterSpec) =>
    tf.tidy(() => tf.variable(uploaded(checkpoint.float32(found), shape), trainable));
  return new Map(Array.from(specs, ([name, spec]) => [name, initial.get(name) ?? read(stored.get(name)!, spec)]));
}

/** A tensor whose numbers TensorFlow has copied, so that the array can go: otherwise it does so at the first use. */
function uploaded(values: Float32Array, shape: readonly number[]): tf.Tensor {
  return nativeOperation('Identity', { T: 'float32' }, [tf.tensor(values, [...shape])])[0];
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
      `${source} lacks ${missing.join(', ')}: they start with random values. Train the model before you use it.`,
    );
  }
  if (resized.length > 0) lines.push(`Of another shape: ${resized.join('; ')}.`);
  if (unused.length > 0) lines.push(`Not used by this model: ${unused.join(', ')}.`);
  if (lines.length > 0) console.warn(lines.join('\n'));
}
