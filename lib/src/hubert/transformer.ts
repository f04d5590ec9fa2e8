import { ByPrecision } from '../tensor/by-precision.js';
import { canKeepWeights } from '../tensor/can-keep-weights.js';
import { activatedLinear, inPieces, layerNorm, linear, type ParameterLookup, under } from '../tensor/functional.js';
import { checkpointed, isTaping } from '../tensor/gradient-tape.js';
import type { Precision } from '../tensor/graph-writer.js';
import { dropout, type Randomness } from '../tensor/randomness.js';
import { tf } from '../tensor/tensorflow.js';
import { selfAttention } from './attention.js';
import type { ModelConfig } from './config.js';
import { LAYER, LayerGraph, ROWS } from './layer-graph.js';
import { PositionalConvolution } from './positional-convolution.js';
import type { TrainingChoices } from './training-choices.js';

/** What the transformer gives; a type, so that it can be given to `tf.dispose`. */
export type EncoderOutput = {
  /** (B, T, C) */
  lastHiddenState: tf.Tensor3D;
  /** What the first layer gets, then what each layer gives. */
  hiddenStates?: tf.Tensor3D[];
  /** The weights of each layer (B, heads, queries, keys). */
  attentions?: tf.Tensor4D[];
};

/** What {@link TransformerEncoder.forward} is asked for. */
export interface EncoderOptions {
  /** 1 where a frame is sound, 0 where it is padding: (B, T). */
  frameMask?: tf.Tensor2D;
  outputHiddenStates: boolean;
  outputAttentions: boolean;
  /** Of the products, where no gradient is recorded. */
  precision: Precision;
  /** In training, what chance has decided. */
  choices?: TrainingChoices;
}

/** The transformer over the projected features. */
export class TransformerEncoder {
  /** Whether a gradient keeps what goes into each layer alone, and computes the layer once more. */
  activationCheckpointing = false;
  readonly #config: ModelConfig;
  readonly #parameters: ParameterLookup;
  readonly #positions: PositionalConvolution;
  readonly #graphs: ByPrecision<LayerGraph[]>;

  /** @param parameters - those under `encoder` */
  constructor(config: ModelConfig, parameters: ParameterLookup) {
    this.#config = config;
    this.#parameters = parameters;
    this.#positions = new PositionalConvolution(config, under(parameters, 'pos_conv_embed'));
    const layer = (precision: Precision) => (_: unknown, i: number) =>
      new LayerGraph(config, precision, under(parameters, `layers.${i}`));
    this.#graphs = new ByPrecision((precision) => Array.from({ length: config.numHiddenLayers }, layer(precision)));
  }

  /** Frames (B, T, C) → (B, T, C). */
  forward(frames: tf.Tensor3D, options: EncoderOptions): EncoderOutput {
    const { doStableLayerNorm, numHiddenLayers } = this.#config;
    const { frameMask, outputHiddenStates, outputAttentions, choices } = options;
    const graphs = this.#layerGraphs(options);
    return tf.tidy(() => {
      const hiddenStates: tf.Tensor3D[] = [];
      const attentions: tf.Tensor4D[] = [];
      // 0 for sound; for padding so low that softmax makes it 0.
      const bias =
        frameMask && (tf.reshape(tf.mul(tf.sub(frameMask, 1), 1e30), [frames.shape[0], 1, 1, -1]) as tf.Tensor4D); // (B, 1, 1, T)
      let x = this.#placed(frames, options);
      for (let i = 0; i < numHiddenLayers; i++) {
        if (choices?.droppedLayers[i]) continue;
        if (outputHiddenStates && hiddenStates.length === 0) hiddenStates.push(x);
        const own = under(this.#parameters, `layers.${i}`);
        const { output, weights } =
          this.activationCheckpointing && isTaping() && !outputAttentions
            ? { output: this.#checkpointedLayer(x, own, bias, options), weights: undefined }
            : (graphs?.[i].forward(x, bias, outputAttentions) ?? this.#layer(x, own, bias, options));
        if (!outputHiddenStates && !isTaping()) x.dispose();
        x = output;
        if (outputHiddenStates) hiddenStates.push(x);
        if (weights) attentions.push(weights);
      }
      return {
        // Apart from the last of the hidden states, so that either can be disposed.
        lastHiddenState: doStableLayerNorm ? this.#norm(x, this.#parameters, 'layer_norm') : tf.clone(x),
        ...(outputHiddenStates && { hiddenStates }),
        ...(outputAttentions && { attentions }),
      };
    });
  }

  dispose(): void {
    this.#positions.dispose();
    for (const graph of [...this.#graphs.values()].flat()) graph.dispose();
  }

  /** None where a gradient is recorded, and none in training, where values are dropped between the products. */
  #layerGraphs({ precision, choices }: EncoderOptions): LayerGraph[] | undefined {
    if (isTaping() || choices || !canKeepWeights(precision)) return undefined;
    return this.#graphs.get(precision);
  }

  /** The frames, silenced where they are padding, with their places added. */
  #placed(frames: tf.Tensor3D, { frameMask, precision, choices }: EncoderOptions): tf.Tensor3D {
    const { doStableLayerNorm, hiddenDropout } = this.#config;
    return tf.tidy(() => {
      const sound = frameMask ? (tf.mul(frames, tf.expandDims(frameMask, -1)) as tf.Tensor3D) : frames; // (B, T, C)
      const placed = this.#positions.forward(sound, choices !== undefined, precision);
      const normed = doStableLayerNorm ? placed : this.#norm(placed, this.#parameters, 'layer_norm');
      return dropout(normed, hiddenDropout, choices?.randomness);
    });
  }

  #checkpointedLayer(
    x: tf.Tensor3D,
    parameters: ParameterLookup,
    bias: tf.Tensor4D | undefined,
    { choices, ...options }: EncoderOptions,
  ): tf.Tensor3D {
    const again = choices?.randomness.fork();
    const layer = (input: tf.Tensor3D, [mask]: tf.Tensor[], randomness: Randomness | undefined) => {
      const drawn = choices && { ...choices, randomness: randomness! };
      return this.#layer(input, parameters, mask as tf.Tensor4D | undefined, { ...options, choices: drawn }).output;
    };
    return checkpointed(x, LAYER.map(parameters), bias ? [bias] : [], {
      forward: (input, others) => layer(input, others, choices?.randomness),
      again: (input, others) => layer(input, others, again),
    });
  }

  #layer(
    x: tf.Tensor3D,
    parameters: ParameterLookup,
    bias: tf.Tensor4D | undefined,
    { outputAttentions, choices }: EncoderOptions,
  ): { output: tf.Tensor3D; weights?: tf.Tensor4D } {
    const { numAttentionHeads: heads, attentionDropout, hiddenDropout, doStableLayerNorm } = this.#config;
    const randomness = choices?.randomness;
    return tf.tidy(() => {
      const attend = (input: tf.Tensor3D) => {
        const options = { heads, bias, dropoutRate: attentionDropout, randomness, outputAttentions };
        const { output, weights } = selfAttention(input, under(parameters, 'attention'), options);
        return { attended: tf.add(x, dropout(output, hiddenDropout, randomness)) as tf.Tensor3D, weights };
      };
      const own = under(parameters, 'feed_forward');
      const feed = (input: tf.Tensor3D) => this.#feedForward(input, own, randomness);
      if (doStableLayerNorm) {
        const { attended, weights } = attend(this.#norm(x, parameters, 'layer_norm'));
        const output = tf.add(attended, feed(this.#norm(attended, parameters, 'final_layer_norm'))) as tf.Tensor3D;
        return { output, weights };
      }
      const { attended, weights } = attend(x);
      const normed = this.#norm(attended, parameters, 'layer_norm');
      const output = this.#norm(tf.add(normed, feed(normed)) as tf.Tensor3D, parameters, 'final_layer_norm');
      return { output, weights };
    });
  }

  #feedForward(x: tf.Tensor3D, parameters: ParameterLookup, randomness: Randomness | undefined): tf.Tensor3D {
    const { hiddenAct, activationDropout, hiddenDropout } = this.#config;
    const feed = (rows: tf.Tensor2D) =>
      tf.tidy(() => {
        const inner = activatedLinear(rows, under(parameters, 'intermediate_dense'), hiddenAct); // (N, intermediate)
        return linear(dropout(inner, activationDropout, randomness), under(parameters, 'output_dense')); // (N, C)
      });
    return tf.tidy(() => {
      const rows = tf.reshape(x, [-1, x.shape[2]]) as tf.Tensor2D; // (B · T, C)
      // Dropout draws for all rows at once, on a tape or not.
      const isWhole = isTaping() || (randomness !== undefined && activationDropout > 0);
      const output = isWhole ? feed(rows) : inPieces([rows], 0, ROWS, ([some]) => feed(some));
      return dropout(tf.reshape(output, x.shape), hiddenDropout, randomness); // (B, T, C)
    });
  }

  #norm(x: tf.Tensor3D, parameters: ParameterLookup, name: string): tf.Tensor3D {
    const [weight, bias] = [parameters(`${name}.weight`), parameters(`${name}.bias`)];
    return layerNorm(x, weight, bias, this.#config.layerNormEps); // (B, T, C)
  }
}
