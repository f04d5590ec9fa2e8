import { CheckpointError } from '../../errors.js';
import { camelCase, snakeCase } from '../../json.js';
import { ACTIVATIONS } from '../../tensor/activation.js';
import { DEFAULTS, type Labels, type ModelConfig } from '../config.js';

/** The keys of the file, in camelCase, that are fields of the configuration; the others are `extra`. */
const FIELDS = new Set([...Object.keys(DEFAULTS), 'modelType', 'numLabels', 'id2label', 'label2id']);

/**
 * Reads the object of a `config.json`.
 *
 * @param json - the parsed file
 * @param file - its path, for messages
 * @throws CheckpointError that names the field, for another kind of model and for values that make no model
 */
export function readConfig(json: Readonly<Record<string, unknown>>, file: string): ModelConfig {
  const fail = (message: string): never => {
    throw new CheckpointError(`${file}: ${message}`);
  };
  const given: Record<string, unknown> = {};
  const extra: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const field = camelCase(key);
    if (FIELDS.has(field)) given[field] = value;
    else extra[key] = value;
  }
  const { modelType } = given;
  if (modelType !== 'hubert' && modelType !== 'wav2vec2') {
    return fail(`model_type is ${JSON.stringify(modelType)}; hubert and wav2vec2 are supported`);
  }
  const config = { ...structuredClone(DEFAULTS), ...given, extra } as ModelConfig;
  // Transformers' wav2vec 2.0 has no such choices.
  if (modelType === 'wav2vec2') Object.assign(config, { featProjLayerNorm: true, convPosBatchNorm: false });
  try {
    Object.assign(config, labelsOf(given));
  } catch (cause) {
    fail((cause as Error).message);
  }
  for (const check of checks(config)) if (check) fail(check);
  return config;
}

/** The object to write as `config.json`. */
export function writeConfig({ extra, numLabels: _, ...fields }: ModelConfig): Record<string, unknown> {
  // As in Transformers, the number of labels is that of the entries of id2label, and the keys are in order.
  const written = {
    ...extra,
    ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [snakeCase(key), value])),
  };
  return Object.fromEntries(Object.entries(written).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Completes what is given about the classes.
 *
 * @throws Error that says why it does not fit together
 */
export function labelsOf(given: Partial<Labels>): Labels {
  const { label2id, numLabels } = given;
  let { id2label } = given;
  if (label2id) id2label ??= Object.fromEntries(Object.entries(label2id).map(([label, id]) => [id, label]));
  id2label ??= Object.fromEntries(Array.from({ length: numLabels ?? 2 }, (_, id) => [id, `LABEL_${id}`]));
  const entries = Object.entries(id2label);
  const count = entries.length;
  if (count === 0 || entries.some((_, id) => !(id in id2label))) {
    throw new Error(`id2label must name each class from 0 to ${Math.max(0, count - 1)}`);
  }
  if (numLabels !== undefined && numLabels !== count) {
    throw new Error(`numLabels is ${numLabels}, and id2label names ${count} classes`);
  }
  const reversed = Object.fromEntries(entries.map(([id, label]) => [label, Number(id)]));
  for (const [label, id] of Object.entries(label2id ?? {})) {
    // Some files have the numbers as strings.
    if (id2label[id] !== label) throw new Error(`label2id says ${label}: ${id}, and id2label does not`);
  }
  const lost = label2id && entries.find(([, label]) => !(label in label2id));
  if (lost) throw new Error(`id2label says ${lost.join(': ')}, and label2id does not`);
  return { numLabels: count, id2label, label2id: reversed };
}

function* checks(config: ModelConfig): Generator<string | false> {
  const extra = Object.entries(config.extra).map(([key, value]) => [camelCase(key), value]);
  const values: Readonly<Record<string, unknown>> = { ...config, ...Object.fromEntries(extra) };
  const shown = (key: string) => `${snakeCase(key)} is ${JSON.stringify(values[key])}`;
  const natural = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
  for (const key of [
    'hiddenSize',
    'numHiddenLayers',
    'numAttentionHeads',
    'intermediateSize',
    'numConvPosEmbeddings',
    'numConvPosEmbeddingGroups',
    'classifierProjSize',
    'maskTimeLength',
    'maskFeatureLength',
  ] as const) {
    yield !natural(config[key]) && `${shown(key)}; it must be a whole number of at least 1`;
  }
  for (const key of Object.keys(values).filter((name) => /(Dropout|Prob|layerdrop)$/.test(name))) {
    const value = values[key];
    yield !(typeof value === 'number' && value >= 0 && value <= 1) && `${shown(key)}; it must be from 0 to 1`;
  }
  for (const key of ['layerNormEps', 'initializerRange', 'maskTimeMinMasks', 'maskFeatureMinMasks'] as const) {
    yield !(config[key] >= 0) && `${shown(key)}; it must not be negative`;
  }
  for (const key of ['convDim', 'convKernel', 'convStride'] as const) {
    const value = config[key];
    const whole = Array.isArray(value) && value.length > 0 && value.every(natural);
    yield !whole && `${shown(key)}; it must be a list of whole numbers of at least 1`;
  }
  const lengths = [config.convDim.length, config.convKernel.length, config.convStride.length];
  yield new Set(lengths).size > 1 &&
    `conv_dim, conv_kernel and conv_stride have ${lengths.join(', ')} entries; they must have the same number`;
  for (const key of ['hiddenAct', 'featExtractActivation'] as const) {
    const known = Object.keys(ACTIVATIONS);
    yield !known.includes(config[key]) && `${shown(key)}; supported are ${known.join(', ')}`;
  }
  yield !['group', 'layer'].includes(config.featExtractNorm) &&
    `${shown('featExtractNorm')}; it must be group or layer`;
  for (const key of ['numAttentionHeads', 'numConvPosEmbeddingGroups'] as const) {
    const odd = config.hiddenSize % config[key] !== 0;
    yield odd && `hidden_size is ${config.hiddenSize}; it must be a multiple of ${snakeCase(key)}, ${config[key]}`;
  }
  for (const key of ['addAdapter', 'adapterAttnDim']) {
    yield Boolean(values[key]) && `${shown(key)}; adapters are not supported`;
  }
}
