import { openWeights } from '../../checkpoint/open-weights.js';
import { CheckpointError, ParameterError } from '../../errors.js';
import { type HubOptions, repositoryFile } from '../../hub/download/repository-file.js';
import { readJson } from '../../json.js';
import { given, type OrNull } from '../../options.js';
import type { Precision } from '../../tensor/graph-writer.js';
import type { ParameterSpec } from '../../tensor/initialise.js';
import type { tf } from '../../tensor/tensorflow.js';
import { requireInteger } from '../../validation.js';
import type { Labels, ModelConfig } from '../config.js';
import { readConfig } from './config-file.js';
import { labelsOf } from './labels.js';
import { requirePrecision } from './precision.js';
import { readParameters } from './read-parameters.js';

/** Options of `fromPretrained`. */
export interface FromPretrainedOptions extends HubOptions {
  /** The number of classes, where the labels have no names. */
  numLabels?: number;
  /** The names of the classes. */
  id2label?: Record<number, string>;
  label2id?: Record<string, number>;
  /** Draw parameters at random whose shape in the checkpoint is another, instead of an error; default false. */
  ignoreMismatchedSizes?: boolean;
  /**
   * In what matrix products and convolutions are computed, as {@link PretrainedModel.dtype}; default `float32`.
   */
  dtype?: Precision;
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
 * @param complete - adds to the configuration what the class needs and the file may lack
 */
export async function loadModel<M extends { dtype: Precision }>(
  idOrFolder: string,
  chosen: OrNull<FromPretrainedOptions>,
  classes: Partial<Record<ModelConfig['modelType'], ModelClass<M>>>,
  complete: (config: ModelConfig) => ModelConfig = (config) => config,
): Promise<M> {
  const options = given<FromPretrainedOptions>(chosen);
  const { dtype = 'float32' } = options;
  requirePrecision(dtype);
  const stored = await loadConfig(idOrFolder, options);
  const model = classes[stored.modelType];
  if (!model) {
    const families = Object.keys(classes).join(' or ');
    throw new CheckpointError(
      `${idOrFolder} is a ${stored.modelType} model, not ${families}; AutoModel and AutoModelForAudioClassification load both`,
    );
  }
  if (options.seed !== undefined) requireInteger('seed', options.seed, 0);
  const config = complete(stored);
  const checkpoint = await openWeights(idOrFolder, (file) => repositoryFile(idOrFolder, file, options));
  try {
    const parameters = readParameters(checkpoint, idOrFolder, model.specs(config), config.modelType, options);
    return Object.assign(new model(config, parameters), { dtype });
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
