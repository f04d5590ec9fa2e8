import { camelCase, shown, snakeCase } from '../../json.js';
import { ACTIVATIONS } from '../../tensor/activation.js';
import { type ModelConfig, receptiveField } from '../config.js';

/** The most that a width, a kernel or a stride may be: far beyond any model, and far below what memory holds. */
const LARGEST = 100_000;
const MOST_LAYERS = 1000;
const MOST_CONVOLUTIONS = 100;
/** The most samples that one frame may see: ten minutes at 16 kHz. */
const LONGEST_FRAME = 10_000_000;

type Field = Exclude<keyof ModelConfig, 'extra'>;

/** Fields of whole numbers, and the most that each may be; 1 is the least. */
const SIZES: Partial<Record<Field, number>> = {
  hiddenSize: LARGEST,
  numHiddenLayers: MOST_LAYERS,
  numAttentionHeads: LARGEST,
  intermediateSize: LARGEST,
  numConvPosEmbeddings: LARGEST,
  numConvPosEmbeddingGroups: LARGEST,
  classifierProjSize: LARGEST,
  maskTimeLength: Number.MAX_SAFE_INTEGER,
  maskFeatureLength: Number.MAX_SAFE_INTEGER,
};

/** Other fields of numbers, and the most that each may be; 0 is the least. */
const AMOUNTS: Partial<Record<Field, number>> = {
  hiddenDropout: 1,
  activationDropout: 1,
  attentionDropout: 1,
  featProjDropout: 1,
  layerdrop: 1,
  maskTimeProb: 1,
  maskFeatureProb: 1,
  layerNormEps: 1,
  initializerRange: 1000,
  maskTimeMinMasks: LARGEST,
  maskFeatureMinMasks: LARGEST,
};

const SWITCHES: readonly Field[] = [
  'featProjLayerNorm',
  'convBias',
  'convPosBatchNorm',
  'doStableLayerNorm',
  'applySpecAugment',
  'useWeightedLayerSum',
];

const PROBLEMS: readonly unknown[] = [null, 'regression', 'single_label_classification', 'multi_label_classification'];

/** @returns what is wrong with a configuration: the field, its value and its range; undefined if nothing is */
export function configProblem(config: ModelConfig): string | undefined {
  for (const problem of problems(config)) if (problem) return problem;
  return undefined;
}

/** In this order: what a check computes with, the checks before it have seen to. */
function* problems(config: ModelConfig): Generator<string | false> {
  const is = (key: Field) => `${snakeCase(key)} is ${shown(config[key])}`;
  const whole = (value: unknown, most: number) =>
    Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most;
  for (const [key, most] of Object.entries(SIZES) as [Field, number][]) {
    yield !whole(config[key], most) && `${is(key)}; it must be a whole number from 1 to ${most}`;
  }
  for (const [key, most] of Object.entries(AMOUNTS) as [Field, number][]) {
    const value = config[key];
    const fits = typeof value === 'number' && value >= 0 && value <= most;
    yield !fits && `${is(key)}; it must be a number from 0 to ${most}`;
  }
  for (const key of SWITCHES) yield typeof config[key] !== 'boolean' && `${is(key)}; it must be true or false`;
  for (const key of ['convDim', 'convKernel', 'convStride'] as const) {
    const sizes: unknown = config[key];
    const fits = Array.isArray(sizes) && sizes.length > 0 && sizes.every((size) => whole(size, LARGEST));
    yield !fits && `${is(key)}; it must be a list of whole numbers from 1 to ${LARGEST}`;
  }
  const lengths = [config.convDim.length, config.convKernel.length, config.convStride.length];
  yield new Set(lengths).size > 1 &&
    `conv_dim, conv_kernel and conv_stride have ${lengths.join(', ')} entries; they must have the same number`;
  yield lengths[0] > MOST_CONVOLUTIONS &&
    `conv_dim has ${lengths[0]} entries; there may be ${MOST_CONVOLUTIONS} convolutions at most`;
  const samples = receptiveField(config);
  yield samples > LONGEST_FRAME &&
    `conv_kernel is ${shown(config.convKernel)} and conv_stride ${shown(config.convStride)}, so that one frame sees ` +
      `${samples} samples; it must be ${LONGEST_FRAME} at most`;
  for (const key of ['hiddenAct', 'featExtractActivation'] as const) {
    const known = Object.keys(ACTIVATIONS);
    yield !known.includes(config[key]) && `${is(key)}; supported are ${known.join(', ')}`;
  }
  yield !['group', 'layer'].includes(config.featExtractNorm) && `${is('featExtractNorm')}; it must be group or layer`;
  yield !PROBLEMS.includes(config.problemType) && `${is('problemType')}; it must be one of ${PROBLEMS.join(', ')}`;
  for (const key of ['numAttentionHeads', 'numConvPosEmbeddingGroups'] as const) {
    const odd = config.hiddenSize % config[key] !== 0;
    yield odd && `hidden_size is ${config.hiddenSize}; it must be a multiple of ${snakeCase(key)}, ${config[key]}`;
  }
  const adapter = Object.entries(config.extra).find(
    ([key, value]) => ['addAdapter', 'adapterAttnDim'].includes(camelCase(key)) && value,
  );
  yield adapter !== undefined && `${adapter[0]} is ${shown(adapter[1])}; adapters are not supported`;
}
