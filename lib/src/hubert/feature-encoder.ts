import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { tf } from '../tensorflow.js';
import { ACTIVATIONS, type Activation, activationAfterProduct } from './activation.js';
import { frameCount, type ModelConfig, receptiveField } from './config.js';
import { type Convolution, convolution, convolve, NORM_EPSILON } from './convolution.js';
import { type Parameters, under } from './functional.js';
import { usesGpu } from './native.js';
import { Prepared } from './prepared.js';
import { recording } from './recording.js';

/** The convolutions that work on pieces of the clip; at their end a frame stands for 8 frames of the first one. */
const PIECEWISE_LAYERS = 4;
/** Frames of the first convolution in a piece: large enough for fast products, and near what the caches hold. */
const PIECE = 8192;

/** The feature encoder: a stack of convolutions that turns samples into 50 vectors a second. */
export class FeatureEncoder {
  readonly #config: ModelConfig;
  /** Kernels as the products need them. */
  readonly #prepared: Prepared;

  /** @param parameters - those under `feature_extractor` */
  constructor(config: ModelConfig, parameters: Parameters) {
    this.#config = config;
    this.#prepared = new Prepared(
      () => config.convDim.flatMap((_, i) => parameterNames(config, i).map(under(parameters, `conv_layers.${i}`))),
      () => prepare(config, parameters),
    );
  }

  /**
   * @param batch - rows of samples of one length
   * @returns features (batch, frames, channels)
   */
  forward(batch: readonly Float32Array[]): tf.Tensor3D {
    return tf.tidy(() => {
      const tensors = this.#prepared.get();
      return tf.stack(batch.map((samples) => this.#clip(samples, tensors))) as tf.Tensor3D;
    });
  }

  dispose(): void {
    this.#prepared.dispose();
  }

  /** Samples (N) → features (T, C). */
  #clip(samples: Float32Array, tensors: tf.NamedTensorMap): tf.Tensor2D {
    return tf.tidy(() => {
      const layers = this.#layers(tensors, samples);
      const x = tf.tensor2d(samples, [samples.length, 1]);
      // A recorded gradient keeps every step of every piece, and a GPU wants large products: there, all at once.
      const whole = recording() || usesGpu();
      const piecewise = whole ? 0 : Math.min(PIECEWISE_LAYERS, layers.length);
      const coarse = piecewise === 0 ? x : inOverlappingPieces(x, layers.slice(0, piecewise));
      const { after } = layers[layers.length - 1].activation;
      const features = run(coarse, layers.slice(piecewise));
      return after === 1 ? features : tf.mul(features, after);
    });
  }

  #layers(tensors: tf.NamedTensorMap, samples: Float32Array): Convolution[] {
    const { convKernel, convStride, featExtractNorm } = this.#config;
    return convKernel.map((size, i) => {
      if (i === 0 && featExtractNorm === 'group') return this.#groupNormed(tensors, samples);
      const kernels: tf.Tensor2D[] = [];
      while (`${i}.kernel.${kernels.length}` in tensors) {
        kernels.push(tensors[`${i}.kernel.${kernels.length}`] as tf.Tensor2D);
      }
      const norm = [tensors[`${i}.gain`], tensors[`${i}.shift`]] as const;
      const activation = activationOf(this.#config);
      return { size, stride: convStride[i], kernels, bias: tensors[`${i}.bias`], norm: norm[0] && norm, activation };
    });
  }

  /**
   * The first convolution with the group norm over time folded in.
   *
   * Mean and variance of each channel over the clip follow from the mean m and the covariance of the windows that the
   * kernel w sees, w·m and wᵀ(cov)w, so that the channels need not be computed to be normalised.
   */
  #groupNormed(tensors: tf.NamedTensorMap, samples: Float32Array): Convolution {
    const { convKernel, convStride } = this.#config;
    const kernel = tensors['0.kernel.0'] as tf.Tensor2D; // (size, out)
    const { mean, root } = windowStatistics(samples, convKernel[0], convStride[0]);
    const variance = tf.sum(tf.square(tf.matMul(tf.tensor2d(root), kernel)), 0); // (out)
    const scale = tf.mul(tensors['0.gain'], tf.rsqrt(tf.add(variance, NORM_EPSILON)));
    const centre = tf.sum(tf.mul(tf.tensor2d(mean, [mean.length, 1]), kernel), 0); // (out)
    const activation = activationOf(this.#config);
    const scaled = tf.mul(kernel, tf.mul(scale, activation.before)) as tf.Tensor2D;
    const bias = tf.mul(tf.sub(tensors['0.shift'], tf.mul(centre, scale)), activation.before);
    return convolution(convKernel[0], convStride[0], scaled, bias, activation);
  }
}

function isNormed({ featExtractNorm }: ModelConfig, layer: number): boolean {
  return layer === 0 || featExtractNorm === 'layer';
}

/** With layer norms, these stand between the products and the activations. */
function activationOf({ featExtractNorm, featExtractActivation }: ModelConfig): Activation {
  return featExtractNorm === 'layer'
    ? ACTIVATIONS[featExtractActivation]
    : activationAfterProduct(featExtractActivation);
}

function parameterNames(config: ModelConfig, layer: number): string[] {
  const bias = config.convBias ? ['conv.bias'] : [];
  const norm = isNormed(config, layer) ? ['layer_norm.weight', 'layer_norm.bias'] : [];
  return ['conv.weight', ...bias, ...norm];
}

/** Kernels in the order of the products, with the activations' factors multiplied in. */
function prepare(config: ModelConfig, parameters: Parameters): tf.NamedTensorMap {
  const activation = activationOf(config);
  const { before, after } = activation;
  const tensors: tf.NamedTensorMap = {};
  config.convDim.forEach((out, i) => {
    const own = under(parameters, `conv_layers.${i}`);
    const normed = isNormed(config, i);
    // Where a norm follows, it takes the factor; the group norm does so when it is folded in, clip by clip.
    const factor = normed ? 1 : before;
    const normFactor = config.featExtractNorm === 'group' ? 1 : before;
    const kernel = tf.tidy((): tf.Tensor2D => {
      const taps = tf.transpose(own('conv.weight') as tf.Tensor3D, [2, 1, 0]); // (size, in, out)
      const whole = tf.reshape(taps, [-1, out]) as tf.Tensor2D;
      const inputFactor = i === 0 ? factor : factor * after;
      return inputFactor === 1 ? whole : tf.mul(whole, inputFactor);
    });
    if (i === 0 && config.featExtractNorm === 'group') {
      // A bias would go with the mean.
      tensors['0.kernel.0'] = kernel;
    } else {
      const given = config.convBias ? tf.mul(own('conv.bias'), factor) : undefined;
      const { kernels, bias } = convolution(config.convKernel[i], config.convStride[i], kernel, given, activation);
      for (const [group, tensor] of kernels.entries()) tensors[`${i}.kernel.${group}`] = tensor;
      if (bias) tensors[`${i}.bias`] = bias;
    }
    if (normed) {
      tensors[`${i}.gain`] = tf.mul(own('layer_norm.weight'), normFactor);
      tensors[`${i}.shift`] = tf.mul(own('layer_norm.bias'), normFactor);
    }
  });
  return tensors;
}

function run(x: tf.Tensor2D, layers: Convolution[]): tf.Tensor2D {
  return layers.reduce((input, layer) => {
    const output = convolve(input, layer);
    if (input !== x && !recording()) input.dispose();
    return output;
  }, x);
}

/** Runs the layers on pieces of the input that overlap by what the layers see, which gives the same frames. */
function inOverlappingPieces(x: tf.Tensor2D, layers: Convolution[]): tf.Tensor2D {
  return tf.tidy(() => {
    const [length, width] = x.shape;
    const hop = layers.reduce((product, { stride }) => product * stride, 1);
    const shape = { convKernel: layers.map(({ size }) => size), convStride: layers.map(({ stride }) => stride) };
    const field = receptiveField(shape);
    const frames = frameCount(shape, length);
    const piece = Math.ceil((PIECE * layers[0].stride) / hop);
    const pieces: tf.Tensor2D[] = [];
    for (let first = 0; first < frames; first += piece) {
      const count = Math.min(piece, frames - first);
      pieces.push(tf.tidy(() => run(tf.slice(x, [first * hop, 0], [(count - 1) * hop + field, width]), layers)));
    }
    return pieces.length === 1 ? pieces[0] : tf.concat(pieces, 0);
  });
}

/**
 * Mean and covariance of all windows of `size` samples, `stride` apart, in double precision.
 *
 * @returns the mean, and a root R of the covariance: RᵀR
 */
function windowStatistics(samples: Float32Array, size: number, stride: number): { mean: number[]; root: number[][] } {
  const count = Math.floor((samples.length - size) / stride) + 1;
  const sums = new Float64Array(size);
  const products = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let t = 0, at = i; t < count; t++, at += stride) sums[i] += samples[at];
    for (let j = i; j < size; j++) {
      let sum = 0;
      for (let t = 0, at = 0; t < count; t++, at += stride) sum += samples[at + i] * samples[at + j];
      products[i * size + j] = sum;
    }
  }
  const mean = Array.from(sums, (sum) => sum / count);
  const covariance = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const value = products[i * size + j] / count - mean[i] * mean[j];
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const root = realEigenvalues.map((value, row) =>
    Array.from({ length: size }, (_, column) => Math.sqrt(Math.max(0, value)) * eigenvectorMatrix.get(column, row)),
  );
  return { mean, root };
}
