import { ParameterError } from '../../errors.js';
import type { Initializer, ParameterSpec } from '../../tensor/initialise.js';
import { isNormed, type ModelConfig } from '../config.js';
import { configProblem } from './check-config.js';

const ZEROS: Initializer = { constant: 0 };
const ONES: Initializer = { constant: 1 };

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
    if (config.convBias) add(`${layer}.conv.bias`, [outputs], ZEROS);
    if (isNormed(config, i)) norm(`${layer}.layer_norm`, outputs);
  });
  const features = convDim[convDim.length - 1];
  if (config.featProjLayerNorm) norm('feature_projection.layer_norm', features);
  linear('feature_projection.projection', hiddenSize, features);

  const positions = 'encoder.pos_conv_embed';
  const kernel = [hiddenSize, hiddenSize / config.numConvPosEmbeddingGroups, config.numConvPosEmbeddings];
  const spread: Initializer = { normal: 2 * Math.sqrt(1 / (kernel[2] * hiddenSize)) };
  add(`${positions}.conv.bias`, [hiddenSize], ZEROS);
  if (config.convPosBatchNorm) {
    add(`${positions}.conv.weight`, kernel, spread);
    norm(`${positions}.batch_norm`, hiddenSize);
    const statistics = { shape: [hiddenSize], trainable: false } as const;
    specs.set(`${positions}.batch_norm.running_mean`, { ...statistics, init: ZEROS });
    specs.set(`${positions}.batch_norm.running_var`, { ...statistics, init: ONES });
  } else {
    // Weight norm: original0 is the length of each tap's weights, original1 their direction.
    add(`${positions}.conv.parametrizations.weight.original0`, [1, 1, kernel[2]], ONES);
    add(`${positions}.conv.parametrizations.weight.original1`, kernel, spread);
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
