import type { GraphScope, Value } from '../../onnx/graph.js';
import { cast, layerNorm, linear } from '../../onnx/layers.js';
import type { ModelConfig } from '../config.js';
import { featureEncoderGraph, frameMaskGraph } from './feature-encoder-graph.js';
import { linears, type TransformerValues, transformerGraph } from './transformer-graph.js';

/** What the encoder gives, and which frames of it are sound. */
export interface EncoderValues extends TransformerValues {
  /** 1 where a frame is sound, 0 where it is padding: (B, T); nothing without the input `attention_mask`. */
  frameMask?: Value;
}

/**
 * The encoder: `input_values` (batch, samples), and `attention_mask` of that shape if asked for, to frames in context.
 *
 * @param own - with the prefix of the encoder's parameters
 */
export function encoderGraph(
  graph: GraphScope,
  own: GraphScope,
  config: ModelConfig,
  attentionMask: boolean,
): EncoderValues {
  const shape = ['batch', 'samples'];
  const type = graph.dtype === 'float16' ? 'float16' : 'float32';
  const samples = graph.input('input_values', 'float32', shape);
  const mask = attentionMask ? graph.input('attention_mask', 'int64', shape) : undefined;
  const features = featureEncoderGraph(own.under('feature_extractor'), config, samples, type); // (B, C, T)
  const frameMask = mask && frameMaskGraph(own, config, mask, features); // (B, T)
  const frames = project(own.under('feature_projection'), config, features); // (B, T, hidden size)
  return { ...transformerGraph(own.under('encoder'), config, frames, frameMask), frameMask };
}

/** Features (B, C, T) → (B, T, hidden size). */
function project(graph: GraphScope, { featProjLayerNorm, layerNormEps }: ModelConfig, features: Value): Value {
  const frames = graph.node('Transpose', [features], { perm: [0, 2, 1] }); // (B, T, C)
  const normed = featProjLayerNorm ? layerNorm(graph.under('layer_norm'), frames, layerNormEps) : frames;
  return linears(graph, normed)('projection');
}

/** The encoder with the head that classifies clips: `logits` (batch, labels), the head in float32. */
export function classifierGraph(graph: GraphScope, encoder: EncoderValues, config: ModelConfig): void {
  const { lastHiddenState, hiddenStates, frameMask } = encoder;
  const frames = config.useWeightedLayerSum ? layerSum(graph, hiddenStates) : lastHiddenState;
  const pooled = meanOverTime(graph, cast(graph, frames, 'float32'), frameMask); // (B, C)
  const projected = linear(graph.under('projector'), pooled);
  graph.output('logits', linear(graph.under('classifier'), projected), ['batch', config.numLabels]);
}

/** The learned average of all layers' outputs: (B, T, C). */
function layerSum(graph: GraphScope, hiddenStates: Value[]): Value {
  const weights = graph.node('Softmax', [graph.parameter('layer_weights', 'float32')], { axis: 0 });
  const weighted = hiddenStates.map((state, i) => {
    const weight = graph.node('Gather', [weights, graph.constant(i, 'int64')]); // a scalar
    return graph.node('Mul', [cast(graph, state, 'float32'), weight]);
  });
  return graph.node('Sum', weighted);
}

/** (B, T, C) → (B, C), over the frames that are sound. */
function meanOverTime(graph: GraphScope, frames: Value, mask: Value | undefined): Value {
  const axis = graph.constant([1], 'int64');
  if (!mask) {
    // The axes became an input in version 18.
    if (graph.opset < 18) return graph.node('ReduceMean', [frames], { axes: [1], keepdims: 0 });
    return graph.node('ReduceMean', [frames, axis], { keepdims: 0 });
  }
  const count = graph.node('ReduceSum', [mask, axis], { keepdims: 1 }); // (B, 1)
  const weights = graph.node('Unsqueeze', [graph.node('Div', [mask, count]), graph.constant([2], 'int64')]); // (B, T, 1)
  return graph.node('ReduceSum', [graph.node('Mul', [frames, weights]), axis], { keepdims: 0 });
}
