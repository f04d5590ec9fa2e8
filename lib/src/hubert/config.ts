import type { ActivationName } from '../tensor/activation.js';

/**
 * The configuration of a model of the HuBERT family: `config.json` of Transformers, its keys in camelCase.
 *
 * Keys that the model does not use (of the tokenizer, of pre-training) are kept in `extra`, and written again.
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
  /** What else `config.json` has, under the keys that it has there. */
  extra: Readonly<Record<string, unknown>>;
}

/** Transformers' defaults. */
export const DEFAULTS: Omit<ModelConfig, 'modelType' | 'extra' | keyof Labels> = {
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

/** What a configuration says about its classes. */
export type Labels = Pick<ModelConfig, 'numLabels' | 'id2label' | 'label2id'>;

/** Kernel sizes and strides of convolutions one after the other. */
type Convolutions = Pick<ModelConfig, 'convKernel' | 'convStride'>;

/** The number of samples that a frame of the feature encoder sees, or several in a row. */
export function receptiveField({ convKernel, convStride }: Convolutions, frames: number = 1): number {
  return convKernel.reduceRight((samples, kernel, i) => (samples - 1) * convStride[i] + kernel, frames);
}

/** The number of frames that the feature encoder makes of a number of samples; none where there are too few. */
export function frameCount({ convKernel, convStride }: Convolutions, samples: number): number {
  return convKernel.reduce(
    (length, kernel, i) => Math.max(0, Math.floor((length - kernel) / convStride[i]) + 1),
    samples,
  );
}

/** Whether a norm follows a convolution of the feature encoder. */
export function isNormed({ featExtractNorm }: ModelConfig, layer: number): boolean {
  return layer === 0 || featExtractNorm === 'layer';
}

/** The parameters of such a convolution, under `conv_layers.<layer>`. */
export function convolutionParameters(config: ModelConfig, layer: number): string[] {
  const bias = config.convBias ? ['conv.bias'] : [];
  const norm = isNormed(config, layer) ? ['layer_norm.weight', 'layer_norm.bias'] : [];
  return ['conv.weight', ...bias, ...norm];
}
