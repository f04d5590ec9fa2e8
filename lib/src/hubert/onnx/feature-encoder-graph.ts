import type { GraphScope, Value } from '../../onnx/graph.js';
import { activation, cast, type Float, kernel, layerNorm } from '../../onnx/layers.js';
import { NORM_EPSILON } from '../../tensor/functional.js';
import { isNormed, type ModelConfig } from '../config.js';

/**
 * The feature encoder, under `feature_extractor`: samples (B, N) → features (B, C, T), of this type. The first convolution
 * and its norm, which sees the loudness of the clip, stay in float32.
 */
export function featureEncoderGraph(graph: GraphScope, config: ModelConfig, samples: Value, type: Float): Value {
  let x = graph.node('Unsqueeze', [samples, graph.constant([1], 'int64')]); // (B, 1, N)
  config.convKernel.forEach((_, i) => {
    const own = graph.under(`conv_layers.${i}`);
    const convolved = convolution(own.under('conv'), config, i, x); // (B, C, T)
    const normed = isNormed(config, i) ? norm(own.under('layer_norm'), config, convolved) : convolved;
    x = activation(own, cast(own, normed, type), config.featExtractActivation);
  });
  return x;
}

function convolution(graph: GraphScope, { convBias, convKernel, convStride }: ModelConfig, i: number, x: Value): Value {
  const type = x.type as Float;
  const { shape, data } = graph.read('weight');
  // The first one is small, and what it hears decides about all else.
  const weight = i === 0 ? graph.parameter('weight', type) : kernel(graph, type, shape, data);
  const bias = convBias ? [graph.parameter('bias', type)] : [];
  return graph.node('Conv', [x, weight, ...bias], { kernel_shape: [convKernel[i]], strides: [convStride[i]] });
}

/** Over time for each channel, padding included, or over the channels of each frame: (B, C, T) → (B, C, T). */
function norm(graph: GraphScope, { featExtractNorm }: ModelConfig, x: Value): Value {
  if (featExtractNorm === 'group') {
    const parameters = ['weight', 'bias'].map((name) => graph.parameter(name, x.type as Float));
    return graph.node('InstanceNormalization', [x, ...parameters], { epsilon: { float: NORM_EPSILON } });
  }
  const turn = (value: Value) => graph.node('Transpose', [value], { perm: [0, 2, 1] });
  return turn(layerNorm(graph, turn(x), NORM_EPSILON));
}

/** From a mask (B, N) and features (B, C, T): 1 where a frame is sound, 0 where it is padding: (B, T), in float32. */
export function frameMaskGraph(graph: GraphScope, config: ModelConfig, mask: Value, features: Value): Value {
  const number = (value: number | number[]) => graph.constant(value, 'int64');
  let length = graph.node('ReduceSum', [mask, number([1])], { keepdims: 1 }); // (B, 1)
  config.convKernel.forEach((kernel, i) => {
    const starts = graph.node('Sub', [length, number(kernel)]);
    length = graph.node('Add', [graph.node('Div', [starts, number(config.convStride[i])]), number(1)]);
  });
  const frames = graph.node('Squeeze', [graph.node('Shape', [features], { start: 2, end: 3 }, 'int64')]);
  const places = graph.node('Range', [number(0), frames, number(1)]); // (T)
  return graph.node('Cast', [graph.node('Less', [places, length], {}, 'bool')], { to: 1 }, 'float32'); // (B, T)
}
