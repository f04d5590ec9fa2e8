import { ParameterError } from '../../errors.js';
import type { Initializer, ParameterSpec } from '../../tensor/initialise.js';
import { isNormed, type ModelConfig } from '../config.js';
import { configProblem } from './check-config.js';

const ZEROS: Initializer = { constant: 0 };
const ONES: Initializer = { constant: 1 };

/** As PyTorch draws what so many inputs go into: evenly, within one over their number's root. */
const within = (inputs: number): Initializer => ({ uniform: [-1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs)] });

/**
 * The parameters of the model without a head, by their names in a checkpoint.
 *
 * @throws ParameterError for a configuration that makes no model
 */
export function baseParameters(config: ModelConfig): Map<string, ParameterSpec> {
  const problem = configProblem(config);
  if (problem) throw new ParameterError(problem);
  const specs = new Map<string, ParameterSpec>();
  const { hiddenSize, intermediateSize, initializerRange, convDim, convKernel } = config;
  const add = (name: string, shape: number[], init: Initializer) => void specs.set(name, { shape, init });
  const isWav2Vec2 = config.modelType === 'wav2vec2';
  const norm = (name: string, size: number) => {
    add(`${name}.weight`, [size], ONES);
    add(`${name}.bias`, [size], ZEROS);
  };
  const linear = (name: string, outputs: number, inputs: number) => {
    add(`${name}.weight`, [outputs, inputs], { normal: initializerRange });
    add(`${name}.bias`, [outputs], ZEROS);
  };

  if (config.maskTimeProb > 0 || config.maskFeatureProb > 0)
    add('masked_spec_embed', [hiddenSize], { uniform: [0, 1] });
  convDim.forEach((outputs, i) => {
    const inputs = i === 0 ? 1 : convDim[i - 1];
    const layer = `feature_extractor.conv_layers.${i}`;
    add(`${layer}.conv.weight`, [outputs, inputs, convKernel[i]], { normal: Math.sqrt(2 / (inputs * convKernel[i])) });
    const spread = isWav2Vec2 ? within(inputs * convKernel[i]) : ZEROS;
    if (config.convBias) add(`${layer}.conv.bias`, [outputs], spread);
    if (isNormed(config, i)) norm(`${layer}.layer_norm`, outputs);
  });
  const features = convDim[convDim.length - 1];
  if (config.featProjLayerNorm) norm('feature_projection.layer_norm', features);
  const projection = 'feature_projection.projection';
  add(`${projection}.weight`, [hiddenSize, features], isWav2Vec2 ? within(features) : { normal: initializerRange });
  add(`${projection}.bias`, [hiddenSize], isWav2Vec2 ? within(features) : ZEROS);

  const positions = 'encoder.pos_conv_embed';
  const kernel = [hiddenSize, hiddenSize / config.numConvPosEmbeddingGroups, config.numConvPosEmbeddings];
  add(`${positions}.conv.bias`, [hiddenSize], ZEROS);
  if (config.convPosBatchNorm) {
    add(`${positions}.conv.weight`, kernel, { normal: Math.sqrt(2 / (kernel[1] * kernel[2])) });
    norm(`${positions}.batch_norm`, hiddenSize);
    const statistics = { shape: [hiddenSize], trainable: false } as const;
    specs.set(`${positions}.batch_norm.running_mean`, { ...statistics, init: ZEROS });
    specs.set(`${positions}.batch_norm.running_var`, { ...statistics, init: ONES });
  } else {
    // Weight norm: original1 is the direction of each tap's weights, drawn as PyTorch draws a convolution's; original0 is
    // their length, here what it is on average.
    const length = Math.sqrt(hiddenSize / (3 * kernel[2]));
    add(`${positions}.conv.parametrizations.weight.original0`, [1, 1, kernel[2]], { constant: length });
    add(`${positions}.conv.parametrizations.weight.original1`, kernel, within(kernel[1] * kernel[2]));
  }
  norm('encoder.layer_norm', hiddenSize);
  for (let i = 0; i < config.numHiddenLayers; i++) {
    const layer = `encoder.layers.${i}`;
    for (const part of ['k_proj', 'v_proj', 'q_proj', 'out_proj'])
      linear(`${layer}.attention.${part}`, hiddenSize, hiddenSize);
    norm(`${layer}.layer_norm`, hiddenSize);
    linear(`${layer}.feed_forward.intermediate_dense`, intermediateSize, hiddenSize);
    linear(`${layer}.feed_forward.output_dense`, hiddenSize, intermediateSize);
    norm(`${layer}.final_layer_norm`, hiddenSize);
  }
  return specs;
}

/** The parameters of the classification head. */
export function headParameters(config: ModelConfig): Map<string, ParameterSpec> {
  const { hiddenSize, classifierProjSize, numLabels, numHiddenLayers } = config;
  const normal: Initializer = { normal: config.initializerRange };
  const specs = new Map<string, ParameterSpec>();
  const layers = numHiddenLayers + 1;
  if (config.useWeightedLayerSum) specs.set('layer_weights', { shape: [layers], init: { constant: 1 / layers } });
  specs.set('projector.weight', { shape: [classifierProjSize, hiddenSize], init: normal });
  specs.set('projector.bias', { shape: [classifierProjSize], init: ZEROS });
  specs.set('classifier.weight', { shape: [numLabels, classifierProjSize], init: normal });
  specs.set('classifier.bias', { shape: [numLabels], init: ZEROS });
  return specs;
}
