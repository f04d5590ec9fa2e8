import { activate } from '../tensor/activation.js';
import type { Parameters } from '../tensor/functional.js';
import { differentiable } from '../tensor/gradient-tape.js';
import { nativeConv2d, nativeConv2dGradient } from '../tensor/native.js';
import { Prepared } from '../tensor/prepared.js';
import { tf } from '../tensor/tensorflow.js';
import type { ModelConfig } from './config.js';

/** PyTorch's, of BatchNorm1d; they are not in the configuration. */
const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/** The grouped convolution over time whose result tells the transformer where a frame is. */
export class PositionalConvolution {
  readonly #config: ModelConfig;
  readonly #parameters: Parameters;
  readonly #prepared: Prepared;

  /** @param parameters - those under `encoder.pos_conv_embed` */
  constructor(config: ModelConfig, parameters: Parameters) {
    this.#config = config;
    this.#parameters = parameters;
    const weights = config.convPosBatchNorm
      ? ['conv.weight']
      : ['conv.parametrizations.weight.original0', 'conv.parametrizations.weight.original1'];
    this.#prepared = new Prepared(
      () => [...weights, 'conv.bias'].map(parameters),
      () => {
        const direction = parameters(weights[weights.length - 1]); // (C, C/G, K)
        const taps = tf.transpose(direction, [2, 1, 0]); // (K, C/G, C)
        const scaled = weights.length === 1 ? taps : tf.mul(taps, tapScale(parameters(weights[0]), direction));
        return { filter: tf.expandDims(scaled), bias: tf.clone(parameters('conv.bias')) };
      },
    );
  }

  /** Frames (B, T, C) → what is added to them (B, T, C). */
  forward(x: tf.Tensor3D, training: boolean): tf.Tensor3D {
    return tf.tidy(() => {
      const { numConvPosEmbeddings: size, numConvPosEmbeddingGroups: count, featExtractActivation } = this.#config;
      const { filter, bias } = this.#prepared.get() as { filter: tf.Tensor4D; bias: tf.Tensor1D };
      // PyTorch pads both ends by size / 2 and drops the last frame where that makes one too many.
      const before = Math.floor(size / 2);
      const padded = tf.pad(this.#batchNormed(x, training), [
        [0, 0],
        [before, size - 1 - before],
        [0, 0],
      ]);
      const image = tf.expandDims(padded, 1) as tf.Tensor4D; // (B, 1, T + K - 1, C)
      const convolved = tf.squeeze(groupedConv2d(image, filter, count), [1]); // (B, T, C)
      return activate(tf.add(convolved, bias) as tf.Tensor3D, featExtractActivation);
    });
  }

  dispose(): void {
    this.#prepared.dispose();
  }

  #batchNormed(x: tf.Tensor3D, training: boolean): tf.Tensor3D {
    if (!this.#config.convPosBatchNorm) return x;
    const [gain, shift, ...running] = ['weight', 'bias', 'running_mean', 'running_var'].map((name) =>
      this.#parameters(`batch_norm.${name}`),
    );
    const [mean, variance] = training ? batchStatistics(x, running as tf.Variable[]) : running;
    const scale = tf.mul(gain, tf.rsqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(tf.sub(x, mean), scale), shift);
  }
}

/** Mean and variance of each channel over the batch, padding included; the running ones move towards them. */
function batchStatistics(x: tf.Tensor3D, running: tf.Variable[]): [mean: tf.Tensor, variance: tf.Tensor] {
  const { mean, variance } = tf.moments(x, [0, 1]);
  const count = x.shape[0] * x.shape[1];
  // PyTorch normalises by the biased variance and keeps the unbiased one.
  const current = [mean, tf.mul(variance, count / (count - 1))];
  for (const [i, kept] of running.entries()) {
    kept.assign(tf.tidy(() => tf.add(tf.mul(kept, 1 - MOMENTUM), tf.mul(current[i], MOMENTUM))));
  }
  return [mean, variance];
}

/** What gives each tap of a weight-normed kernel (C, C/G, K) the length (1, 1, K): (K, 1, 1). */
function tapScale(length: tf.Tensor, direction: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const current = tf.sqrt(tf.sum(tf.square(direction), [0, 1], true));
    return tf.reshape(tf.div(length, current), [-1, 1, 1]);
  });
}

/** x (B, 1, T, C), filter (1, K, C / groups, C) → (B, 1, T - K + 1, C): each group of channels from its own inputs. */
function groupedConv2d(x: tf.Tensor4D, filter: tf.Tensor4D, groups: number): tf.Tensor4D {
  if (!convolvesInGroups()) {
    const inputs = tf.split(x, groups, 3) as tf.Tensor4D[];
    const filters = tf.split(filter, groups, 3) as tf.Tensor4D[];
    const outputs = inputs.map((input, i) => tf.conv2d<tf.Tensor4D>(input, filters[i], 1, 'valid'));
    return tf.concat(outputs, 3);
  }
  return differentiable(
    [x, filter],
    () => ({ value: nativeConv2d(x, filter), kept: [x, filter] }),
    (dy, [image, taps]) => [
      nativeConv2dGradient(image.shape, taps, dy),
      filterGradient(image as tf.Tensor4D, dy, groups),
    ],
  );
}

/**
 * The gradient by the filter (1, K, C / groups, C) is a convolution in groups too, with dy as its filter: input channels
 * take the place of rows, rows that of input channels.
 */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [rows, , length, channels] = x.shape;
  const split = tf.reshape(x, [rows, length, groups, channels / groups]);
  const image = tf.reshape(tf.transpose(split, [3, 1, 2, 0]), [channels / groups, 1, length, groups * rows]);
  const filter = tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D; // (1, T, B, C)
  const gradient = nativeConv2d(image as tf.Tensor4D, filter); // (C / groups, 1, K, C)
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

let inGroups: boolean | undefined;

/**
 * Whether this TensorFlow convolves in groups and has the gradient by the input: on a CPU, oneDNN has both and the plain
 * kernels have at most the first.
 */
function convolvesInGroups(): boolean {
  if (inGroups === undefined) {
    try {
      tf.tidy(() => {
        const [x, filter]: tf.Tensor4D[] = [tf.ones([1, 1, 2, 4]), tf.ones([1, 1, 2, 4])];
        const y = nativeConv2d(x, filter);
        tf.tidy(() => nativeConv2dGradient(x.shape, filter, y).dataSync());
      });
      inGroups = true;
    } catch {
      inGroups = false;
    }
  }
  return inGroups;
}
