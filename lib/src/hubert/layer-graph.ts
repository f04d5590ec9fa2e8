import type { ActivationName } from '../tensor/activation.js';
import { attend, writeAttention } from '../tensor/attention-graph.js';
import { inPieces, type ParameterLookup } from '../tensor/functional.js';
import type { FusedActivation, GraphWriter, Precision } from '../tensor/graph-writer.js';
import { tf } from '../tensor/tensorflow.js';
import { type DescribedWeight, WeightGraph } from '../tensor/weight-graph.js';
import { inQueryPieces, queriesInPiece } from './attention.js';
import type { ModelConfig } from './config.js';

/** Frames in the feed-forward layers that are worked on together, which bounds the memory of the wide layer. */
export const ROWS = 2048;

const ACTIVATIONS: Record<ActivationName, FusedActivation> = {
  gelu: 'GeluExact',
  gelu_new: 'GeluApproximate',
  gelu_pytorch_tanh: 'GeluApproximate',
  relu: 'Relu',
};

const weightsOf = (module: string): string[] => [`${module}.weight`, `${module}.bias`];

const PROJECTED = ['queries', 'keys', 'values'];
const PROJECTIONS = ['attention.q_proj', 'attention.k_proj', 'attention.v_proj'].flatMap(weightsOf);
const REST = ['attention.out_proj', 'feed_forward.intermediate_dense', 'feed_forward.output_dense'].flatMap(weightsOf);
const NORM = weightsOf('layer_norm');
const FINAL_NORM = weightsOf('final_layer_norm');
/** The parameters of a layer. */
export const LAYER: readonly string[] = [...PROJECTIONS, ...NORM, ...REST, ...FINAL_NORM];

/**
 * A transformer's layer as a graph, where no gradient is recorded and nothing is dropped: whole for a few frames, and for
 * more of them in parts, which are run on pieces.
 */
export class LayerGraph {
  readonly #precision: Precision;
  readonly #config: ModelConfig;
  readonly #graph: WeightGraph;

  /** @param parameters - those of the layer */
  constructor(config: ModelConfig, precision: Precision, parameters: ParameterLookup) {
    this.#precision = precision;
    this.#config = config;
    const weights = () => Object.fromEntries(LAYER.map((name) => [name, parameters(name)]));
    this.#graph = new WeightGraph(precision, weights, (writer, weight) => describe(config, writer, weight));
  }

  /**
   * Frames (B, T, C) → (B, T, C), and the weights (B, heads, T, T) if asked.
   *
   * @param bias - added to the scores: (B, 1, 1, T)
   */
  forward(
    frames: tf.Tensor3D,
    bias: tf.Tensor4D | undefined,
    outputAttentions: boolean,
  ): { output: tf.Tensor3D; weights?: tf.Tensor4D } {
    const [batch, length] = frames.shape;
    const { numAttentionHeads: heads } = this.#config;
    const isSmall = queriesInPiece(batch, heads, length) >= length && batch * length <= ROWS;
    if (!isSmall || outputAttentions) return this.#inParts(frames, bias, outputAttentions);
    const given = { frames, ...(bias && { bias }) };
    return { output: this.#graph.run(given, [bias ? 'masked' : 'plain'], LAYER)[0] as tf.Tensor3D };
  }

  dispose(): void {
    this.#graph.dispose();
  }

  #inParts(
    frames: tf.Tensor3D,
    bias: tf.Tensor4D | undefined,
    outputAttentions: boolean,
  ): { output: tf.Tensor3D; weights?: tf.Tensor4D } {
    return tf.tidy(() => {
      const { doStableLayerNorm, hiddenSize } = this.#config;
      const names = doStableLayerNorm ? [...NORM, ...PROJECTIONS] : PROJECTIONS;
      const [queries, keys, values] = this.#graph.run({ frames }, PROJECTED, names) as tf.Tensor4D[]; // (B, heads, T, D)
      const mixed = inQueryPieces(queries, (some) => attend(this.#precision, [some, keys, values], bias, 'mixed'));
      const weights = outputAttentions ? attend(this.#precision, [queries, keys, values], bias, 'weights') : undefined;
      const headed = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, hiddenSize]); // (B · T, C)
      tf.dispose([queries, keys, values, mixed]);
      const rows = inPieces([headed, tf.reshape(frames, headed.shape)], 0, ROWS, ([headed, residual]) => {
        return this.#graph.run({ headed, residual }, ['rest'], [...NORM, ...REST, ...FINAL_NORM])[0];
      }); // (B · T, C)
      return { output: tf.reshape(rows, frames.shape) as tf.Tensor3D, ...(weights && { weights }) };
    });
  }
}

/** Writes the layer whole, `plain` and `masked`, and its parts: {@link PROJECTED}, and `rest` of what was mixed. */
function describe(config: ModelConfig, writer: GraphWriter, weight: DescribedWeight): void {
  const { hiddenSize, numAttentionHeads: heads, doStableLayerNorm, hiddenAct, layerNormEps } = config;
  const width = hiddenSize / heads;
  // Products of so few rows gain nothing in float32 from a second copy of all weights.
  const keep = writer.precision !== 'float32';
  const linear = (x: string, module: string, activation?: FusedActivation) => {
    const [own, bias] = weightsOf(module);
    return writer.product(x, weight(own), weight(bias), { transposed: true, activation, keep });
  };
  // The residual stream and its norms are float32 in either precision.
  const plus = (a: string, b: string) => writer.plus(a, b, 'float32');
  const norm = (rows: string, module: string) => {
    const [scale, shift] = weightsOf(module);
    return writer.layerNorm(rows, weight(scale, 'float32'), weight(shift, 'float32'), layerNormEps);
  };
  const feed = (rows: string) => {
    const wide = linear(writer.cast(rows), 'feed_forward.intermediate_dense', ACTIVATIONS[hiddenAct]); // (N, intermediate)
    return writer.uncast(linear(wide, 'feed_forward.output_dense')); // (N, C)
  };
  const rest = (headed: string, residual: string) => {
    const attended = plus(residual, writer.uncast(linear(headed, 'attention.out_proj')));
    if (doStableLayerNorm) return plus(attended, feed(norm(attended, 'final_layer_norm')));
    const normed = norm(attended, 'layer_norm');
    return norm(plus(normed, feed(normed)), 'final_layer_norm');
  };

  const frames = writer.input('frames'); // (B, T, C)
  const residual = writer.reshape(frames, [-1, hiddenSize], 'float32'); // (B · T, C)
  const rows = writer.cast(doStableLayerNorm ? norm(residual, 'layer_norm') : residual);
  const split = writer.sizes(frames, 2, [heads, width]); // B, T, heads, D
  const project = (module: string) => writer.reshape(linear(rows, `attention.${module}_proj`), split);
  const scaled = writer.times(project('q'), writer.number(width ** -0.5));
  const byHeads = (x: string) => writer.transpose(x, [0, 2, 1, 3]); // (B, heads, T, D)
  const [queries, keys, values] = [scaled, project('k'), project('v')].map(byHeads);
  for (const [i, node] of [queries, keys, values].entries()) writer.uncast(node, PROJECTED[i]);
  writer.rename(rest(writer.cast(writer.input('headed')), writer.input('residual')), 'rest');

  const bias = writer.cast(writer.input('bias'));
  const whole = (name: string, masked?: string) => {
    const { mixed } = writeAttention(writer, { queries, keys, values, bias: masked });
    const headed = writer.reshape(writer.transpose(mixed, [0, 2, 1, 3]), [-1, hiddenSize]); // (B · T, C)
    writer.rename(writer.reshape(rest(headed, residual), writer.sizes(frames, 3), 'float32'), name); // (B, T, C)
  };
  whole('plain');
  whole('masked', bias);
}
