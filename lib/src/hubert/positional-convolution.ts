import { activate } from '../tensor/activation.js';
import { ByPrecision } from '../tensor/by-precision.js';
import { canKeepWeights } from '../tensor/can-keep-weights.js';
import { DerivedTensors } from '../tensor/derived-tensors.js';
import { NORM_EPSILON, type ParameterLookup } from '../tensor/functional.js';
import { isTaping } from '../tensor/gradient-tape.js';
import type { Precision } from '../tensor/graph-writer.js';
import { groupedConv2d } from '../tensor/grouped-conv2d.js';
import { tf } from '../tensor/tensorflow.js';
import { WeightGraph } from '../tensor/weight-graph.js';
import { weightNorm } from '../tensor/weight-norm.js';
import type { ModelConfig } from './config.js';

/** PyTorch's default of BatchNorm1d; it is not in the configuration. */
const MOMENTUM = 0.1;

/** The grouped convolution over time whose result tells the transformer where a frame is. */
export class PositionalConvolution {
  readonly #config: ModelConfig;
  readonly #parameters: ParameterLookup;
  readonly #prepared: DerivedTensors;
  readonly #graphs = new ByPrecision((precision) => this.#graph(precision));

  /** @param parameters - those under `encoder.pos_conv_embed` */
  constructor(config: ModelConfig, parameters: ParameterLookup) {
    this.#config = config;
    this.#parameters = parameters;
    const weights = config.convPosBatchNorm
      ? ['conv.weight']
      : ['conv.parametrizations.weight.original0', 'conv.parametrizations.weight.original1'];
    this.#prepared = new DerivedTensors(
      () => [...weights, 'conv.bias'].map(parameters),
      () => {
        const [first, direction] = weights.map(parameters);
        const taps = direction ? weightNorm(first, direction) : tf.transpose(first, [2, 1, 0]); // (K, C/G, C)
        return { filter: tf.expandDims(taps), bias: tf.clone(parameters('conv.bias')) }; // (1, K, C/G, C)
      },
    );
  }

  /**
   * Frames (B, T, C) → with what tells their places added (B, T, C).
   *
   * @param precision - of the convolution where no gradient is recorded
   */
  forward(x: tf.Tensor3D, training: boolean, precision: Precision): tf.Tensor3D {
    return tf.tidy(() => {
      const { featExtractActivation } = this.#config;
      const normed = this.#batchNormed(x, training);
      if (isTaping() || !canKeepWeights(precision)) {
        return tf.add(x, activate(this.#convolve(normed), featExtractActivation)) as tf.Tensor3D;
      }
      const graph = this.#graphs.get(precision);
      const names = ['filter', 'bias'];
      if (featExtractActivation === 'gelu') {
        return graph.run({ frames: normed, x }, ['placed'], names)[0] as tf.Tensor3D;
      }
      const [convolved] = graph.run({ frames: normed }, ['convolved'], names);
      return tf.add(x, activate(convolved, featExtractActivation)) as tf.Tensor3D;
    });
  }

  dispose(): void {
    this.#prepared.dispose();
    for (const graph of this.#graphs.values()) graph.dispose();
  }

  /** Frames (B, T, C) → (B, T, C), with the bias. */
  #convolve(x: tf.Tensor3D): tf.Tensor3D {
    const { filter, bias } = this.#prepared.get() as { filter: tf.Tensor4D; bias: tf.Tensor1D };
    const padded = tf.pad(x, [[0, 0], this.#padding(), [0, 0]]); // (B, T + K - 1, C)
    const image = tf.expandDims(padded, 1) as tf.Tensor4D; // (B, 1, T + K - 1, C)
    const convolved = groupedConv2d(image, filter, this.#config.numConvPosEmbeddingGroups); // (B, 1, T, C)
    return tf.add(tf.squeeze(convolved, [1]), bias);
  }

  #graph(precision: Precision): WeightGraph {
    return new WeightGraph(
      precision,
      () => this.#prepared.get(),
      (writer, weight) => {
        const frames = writer.input('frames'); // (B, T, C)
        const shape = writer.sizes(frames, 1, [1, -1, this.#config.hiddenSize]);
        const image = writer.reshape(frames, shape, 'float32'); // (B, 1, T, C)
        const convolved = writer.uncast(
          writer.convolution(writer.cast(image), weight('filter'), weight('bias'), this.#padding()),
        );
        const shaped = writer.reshape(convolved, writer.sizes(frames, 3), 'float32'); // (B, T, C)
        writer.rename(shaped, 'convolved');
        writer.rename(writer.plus(writer.input('x'), writer.gelu(shaped), 'float32'), 'placed');
      },
    );
  }

  /** PyTorch pads both ends by K / 2 and drops the last frame where that makes one too many. */
  #padding(): [before: number, after: number] {
    const { numConvPosEmbeddings: size } = this.#config;
    const before = Math.floor(size / 2);
    return [before, size - 1 - before];
  }

  #batchNormed(x: tf.Tensor3D, training: boolean): tf.Tensor3D {
    if (!this.#config.convPosBatchNorm) return x;
    const [gain, shift, ...running] = ['weight', 'bias', 'running_mean', 'running_var'].map((name) =>
      this.#parameters(`batch_norm.${name}`),
    );
    const [mean, variance] = training ? batchStatistics(x, running as tf.Variable[]) : running;
    const scale = tf.mul(gain, tf.rsqrt(tf.add(variance, NORM_EPSILON)));
    return tf.add(tf.mul(tf.sub(x, mean), scale), shift);
  }
}

/** Mean and variance of each channel over the batch, padding included; the running ones move towards them. */
function batchStatistics(x: tf.Tensor3D, running: tf.Variable[]): [mean: tf.Tensor, variance: tf.Tensor] {
  const { mean, variance } = tf.moments(x, [0, 1]); // (C)
  const count = x.shape[0] * x.shape[1];
  // PyTorch normalises by the biased variance and keeps the unbiased one.
  const current = [mean, tf.mul(variance, count / (count - 1))];
  for (const [i, kept] of running.entries()) {
    kept.assign(tf.tidy(() => tf.add(tf.mul(kept, 1 - MOMENTUM), tf.mul(current[i], MOMENTUM))));
  }
  return [mean, variance];
}
