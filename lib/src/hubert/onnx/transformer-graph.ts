import type { GraphScope, ParameterSource, Value } from '../../onnx/graph.js';
import {
  activation,
  cast,
  type Float,
  kernel,
  layerNorm,
  linear,
  quantized,
  quantizedLinear,
} from '../../onnx/layers.js';
import { NORM_EPSILON } from '../../tensor/functional.js';
import type { ModelConfig } from '../config.js';

/** What is taken from the scores of padding; a half holds 65,504 at most. */
const MASKED = { float32: 1e30, float16: 6e4 } as const;

/** What the transformer gives. */
export interface TransformerValues {
  /** (B, T, C) */
  lastHiddenState: Value;
  /** What the first layer gets, then what each layer gives. */
  hiddenStates: Value[];
}

/**
 * The transformer, under `encoder`: frames (B, T, C) in context.
 *
 * @param frameMask - 1 where a frame is sound, 0 where it is padding: (B, T)
 */
export function transformerGraph(
  graph: GraphScope,
  config: ModelConfig,
  frames: Value,
  frameMask: Value | undefined,
): TransformerValues {
  const { doStableLayerNorm, layerNormEps, numHiddenLayers } = config;
  const type = frames.type as Float;
  const mask = frameMask && cast(graph, frameMask, type);
  const norm = (value: Value) => layerNorm(graph.under('layer_norm'), value, layerNormEps);
  const sound = mask ? graph.node('Mul', [frames, unsqueezed(graph, mask, [2])]) : frames; // (B, T, C)
  const placed = graph.node('Add', [sound, positions(graph.under('pos_conv_embed'), config, sound)]);
  const bias = mask && scoreBias(graph, mask);
  const hiddenStates = [doStableLayerNorm ? placed : norm(placed)];
  for (let i = 0; i < numHiddenLayers; i++)
    hiddenStates.push(layer(graph.under(`layers.${i}`), config, hiddenStates[i], bias));
  const last = hiddenStates[numHiddenLayers];
  return { lastHiddenState: doStableLayerNorm ? norm(last) : last, hiddenStates };
}

/** 0 for sound, very low for padding: (B, 1, 1, T). */
function scoreBias(graph: GraphScope, mask: Value): Value {
  const number = (value: number) => graph.constant(value, mask.type as Float);
  const below = graph.node('Sub', [mask, number(1)]);
  const bias = graph.node('Mul', [below, number(MASKED[mask.type as Float])]);
  return unsqueezed(graph, bias, [1, 2]);
}

/** The grouped convolution that tells where a frame is, its weight norm multiplied out: (B, T, C) → (B, T, C). */
function positions(graph: GraphScope, config: ModelConfig, frames: Value): Value {
  const { numConvPosEmbeddings: size, numConvPosEmbeddingGroups: group, convPosBatchNorm } = config;
  const type = frames.type as Float;
  const turn = (value: Value) => graph.node('Transpose', [value], { perm: [0, 2, 1] });
  const channels = turn(frames); // (B, C, T)
  const x = convPosBatchNorm ? batchNorm(graph.under('batch_norm'), channels) : channels;
  const own = graph.under('conv');
  const { shape, data } = convPosBatchNorm ? own.read('weight') : normedWeight(own);
  const weight = kernel(own, type, shape, data);
  // PyTorch pads both ends by size / 2 and drops the last frame where that makes one too many.
  const before = Math.floor(size / 2);
  const attributes = { group, kernel_shape: [size], pads: [before, size - 1 - before] };
  const convolved = own.node('Conv', [x, weight, own.parameter('bias', type)], attributes);
  return turn(activation(graph, convolved, config.featExtractActivation));
}

/** Weight norm multiplied out: each tap k of the kernel (C, C/G, K) has the length (1, 1, K) of its own. */
function normedWeight(graph: GraphScope): ReturnType<ParameterSource> {
  const [length, direction] = ['original0', 'original1'].map((part) => graph.read(`parametrizations.weight.${part}`));
  const { shape, data } = direction;
  const size = shape[2];
  const squares = new Float64Array(size);
  data.forEach((value, i) => {
    squares[i % size] += value ** 2;
  });
  const scales = length.data.map((value, k) => value / Math.sqrt(squares[k]));
  return { shape, data: data.map((value, i) => value * scales[i % size]) };
}

function batchNorm(graph: GraphScope, x: Value): Value {
  const names = ['weight', 'bias', 'running_mean', 'running_var'];
  const parameters = names.map((name) => graph.parameter(name, x.type as Float));
  return graph.node('BatchNormalization', [x, ...parameters], { epsilon: { float: NORM_EPSILON } });
}

function layer(graph: GraphScope, config: ModelConfig, x: Value, bias: Value | undefined): Value {
  const norm = (name: string, value: Value) => layerNorm(graph.under(name), value, config.layerNormEps);
  const attend = (value: Value) => graph.node('Add', [x, attention(graph.under('attention'), config, value, bias)]);
  const feed = (value: Value) => feedForward(graph.under('feed_forward'), config, value);
  if (config.doStableLayerNorm) {
    const attended = attend(norm('layer_norm', x));
    return graph.node('Add', [attended, feed(norm('final_layer_norm', attended))]);
  }
  const normed = norm('layer_norm', attend(x));
  return norm('final_layer_norm', graph.node('Add', [normed, feed(normed)]));
}

/** Multi-head self-attention: (B, T, C) → (B, T, C). */
function attention(graph: GraphScope, config: ModelConfig, x: Value, bias: Value | undefined): Value {
  const { numAttentionHeads: heads, hiddenSize } = config;
  const width = hiddenSize / heads;
  // A 0 keeps the size that there is.
  const [split, join] = [
    [0, 0, heads, width],
    [0, 0, hiddenSize],
  ].map((shape) => graph.constant(shape, 'int64'));
  const project = linears(graph, x);
  const byHeads = (value: Value, perm: number[]) =>
    graph.node('Transpose', [graph.node('Reshape', [value, split])], { perm });
  const scale = graph.constant(width ** -0.5, x.type as Float);
  const queries = byHeads(graph.node('Mul', [project('q_proj'), scale]), [0, 2, 1, 3]); // (B, heads, T, D)
  const keys = byHeads(project('k_proj'), [0, 2, 3, 1]); // (B, heads, D, T)
  const values = byHeads(project('v_proj'), [0, 2, 1, 3]);
  const scores = graph.node('MatMul', [queries, keys]); // (B, heads, T, T)
  const weights = graph.node('Softmax', [bias ? graph.node('Add', [scores, bias]) : scores], { axis: -1 });
  const mixed = graph.node('MatMul', [weights, values]);
  const joined = graph.node('Reshape', [graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), join]);
  return linears(graph, joined)('out_proj');
}

function feedForward(graph: GraphScope, config: ModelConfig, x: Value): Value {
  const inner = activation(graph, linears(graph, x)('intermediate_dense'), config.hiddenAct);
  return linears(graph, inner)('output_dense');
}

/** Linear layers with the same input, by their names: in 8 bits where the model is, which the input is then once. */
export function linears(graph: GraphScope, x: Value): (name: string) => Value {
  if (graph.dtype !== 'int8') return (name) => linear(graph.under(name), x);
  const input = quantized(graph, x);
  return (name) => quantizedLinear(graph.under(name), input);
}

const unsqueezed = (graph: GraphScope, x: Value, axes: number[]): Value =>
  graph.node('Unsqueeze', [x, graph.constant(axes, 'int64')]);
