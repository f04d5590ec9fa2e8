import { CheckpointError } from '../errors.js';
import { camelCase, snakeCase } from '../json.js';
import { ACTIVATIONS, type ActivationName } from '../tensor/activation.js';

/**
 * The configuration of a model of the HuBERT family: `config.json` of Transformers, its keys in camelCase.
 *
 * Keys that the model does not use (of the tokenizer, of pre-training) are kept as they came, and written again.
 */
export interface ModelConfig {
  modelType: 'hubert' | 'wav2vec2';
  /** Width of the transformer. */
  hiddenSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Width of the feed-forward layers. */
  intermediateSize: number;
  hiddenAct: ActivationName;
  hiddenDropout: number;
  activationDropout: number;
  attentionDropout: number;
  featProjDropout: number;
  /** The probability that training skips an encoder layer. */
  layerdrop: number;
  initializerRange: number;
  layerNormEps: number;
  /** `group`: the first convolution is normalised over time; `layer`: each is, over its channels. */
  featExtractNorm: 'group' | 'layer';
  featExtractActivation: ActivationName;
  /** Whether the features are normalised before they are projected; always so in wav2vec2. */
  featProjLayerNorm: boolean;
  /** Channels, kernel sizes and strides of the feature encoder's convolutions. */
  convDim: number[];
  convKernel: number[];
  convStride: number[];
  convBias: boolean;
  /** Kernel size of the positional convolution, in frames. */
  numConvPosEmbeddings: number;
  numConvPosEmbeddingGroups: number;
  /** Normalise the positional convolution's input by running statistics, instead of its weights by their norm. */
  convPosBatchNorm: boolean;
  /** Layer norms before attention and feed-forward instead of after. */
  doStableLayerNorm: boolean;
  applySpecAugment: boolean;
  maskTimeProb: number;
  maskTimeLength: number;
  maskTimeMinMasks: number;
  maskFeatureProb: number;
  maskFeatureLength: number;
  maskFeatureMinMasks: number;
  /** Classify a learned average of all layers' outputs instead of the last layer's. */
  useWeightedLayerSum: boolean;
  /** Width between the transformer and the classifier. */
  classifierProjSize: number;
  numLabels: number;
  id2label: Record<number, string>;
  label2id: Record<string, number>;
  problemType: string | null;
  [other: string]: unknown;
}

const DEFAULTS: Omit<ModelConfig, 'modelType' | 'numLabels' | 'id2label' | 'label2id'> = {
  hiddenSize: 768,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  intermediateSize: 3072,
  hiddenAct: 'gelu',
  hiddenDropout: 0.1,
  activationDropout: 0.1,
  attentionDropout: 0.1,
  featProjDropout: 0,
  layerdrop: 0.1,
  initializerRange: 0.02,
  layerNormEps: 1e-5,
  featExtractNorm: 'group',
  featExtractActivation: 'gelu',
  featProjLayerNorm: true,
  convDim: [512, 512, 512, 512, 512, 512, 512],
  convKernel: [10, 3, 3, 3, 3, 2, 2],
  convStride: [5, 2, 2, 2, 2, 2, 2],
  convBias: false,
  numConvPosEmbeddings: 128,
  numConvPosEmbeddingGroups: 16,
  convPosBatchNorm: false,
  doStableLayerNorm: false,
  applySpecAugment: true,
  maskTimeProb: 0.05,
  maskTimeLength: 10,
  maskTimeMinMasks: 2,
  maskFeatureProb: 0,
  maskFeatureLength: 10,
  maskFeatureMinMasks: 0,
  useWeightedLayerSum: false,
  classifierProjSize: 256,
  problemType: null,
};

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
  const given = Object.fromEntries(Object.entries(json).map(([key, value]) => [camelCase(key), value]));
  const { modelType } = given;
  if (modelType !== 'hubert' && modelType !== 'wav2vec2') {
    return fail(`model_type is ${JSON.stringify(modelType)}; hubert and wav2vec2 are supported`);
  }
  const config = { ...structuredClone(DEFAULTS), ...given, modelType } as ModelConfig;
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
export function writeConfig(config: ModelConfig): Record<string, unknown> {
  // As in Transformers, the number of labels is that of the entries of id2label, and the keys are in order.
  const { numLabels, ...written } = config;
  const keys = new Map(Object.keys(written).map((key) => [snakeCase(key), key]));
  return Object.fromEntries([...keys.keys()].sort().map((key) => [key, config[keys.get(key)!]]));
}

/** Kernel sizes and strides of convolutions one after the other. */
type Convolutions = Pick<ModelConfig, 'convKernel' | 'convStride'>;

/** The number of samples that one frame of the feature encoder sees. */
export function receptiveField({ convKernel, convStride }: Convolutions): number {
  return convKernel.reduceRight((samples, kernel, i) => (samples - 1) * convStride[i] + kernel, 1);
}

/** The number of frames that the feature encoder makes of a number of samples; none where there are too few. */
export function frameCount({ convKernel, convStride }: Convolutions, samples: number): number {
  return convKernel.reduce(
    (length, kernel, i) => Math.max(0, Math.floor((length - kernel) / convStride[i]) + 1),
    samples,
  );
}

/** What a configuration says about its classes. */
export type Labels = Pick<ModelConfig, 'numLabels' | 'id2label' | 'label2id'>;

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
  const shown = (key: string) => `${snakeCase(key)} is ${JSON.stringify(config[key])}`;
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
  ]) {
    yield !natural(config[key]) && `${shown(key)}; it must be a whole number of at least 1`;
  }
  for (const key of Object.keys(config).filter((name) => /(Dropout|Prob|layerdrop)$/.test(name))) {
    const value = config[key];
    yield !(typeof value === 'number' && value >= 0 && value <= 1) && `${shown(key)}; it must be from 0 to 1`;
  }
  for (const key of ['layerNormEps', 'initializerRange', 'maskTimeMinMasks', 'maskFeatureMinMasks']) {
    yield !((config[key] as number) >= 0) && `${shown(key)}; it must not be negative`;
  }
  for (const key of ['convDim', 'convKernel', 'convStride'] as const) {
    const value = config[key];
    const whole = Array.isArray(value) && value.length > 0 && value.every(natural);
    yield !whole && `${shown(key)}; it must be a list of whole numbers of at least 1`;
  }
  const lengths = [config.convDim.length, config.convKernel.length, config.convStride.length];
  yield new Set(lengths).size > 1 &&
    `conv_dim, conv_kernel and conv_stride have ${lengths.join(', ')} entries; they must have the same number`;
  for (const key of ['hiddenAct', 'featExtractActivation']) {
    const known = Object.keys(ACTIVATIONS);
    yield !known.includes(config[key] as string) && `${shown(key)}; supported are ${known.join(', ')}`;
  }
  yield !['group', 'layer'].includes(config.featExtractNorm) &&
    `${shown('featExtractNorm')}; it must be group or layer`;
  for (const key of ['numAttentionHeads', 'numConvPosEmbeddingGroups'] as const) {
    const odd = config.hiddenSize % config[key] !== 0;
    yield odd && `hidden_size is ${config.hiddenSize}; it must be a multiple of ${snakeCase(key)}, ${config[key]}`;
  }
  for (const key of ['addAdapter', 'adapterAttnDim']) {
    yield Boolean(config[key]) && `${shown(key)}; adapters are not supported`;
  }
}
