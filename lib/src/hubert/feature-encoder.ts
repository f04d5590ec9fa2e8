import { ACTIVATIONS, type Activation, activationAfterProduct } from '../tensor/activation.js';
import { autocast } from '../tensor/autocast.js';
import { ByPrecision } from '../tensor/by-precision.js';
import { type Convolution, convolution, convolve } from '../tensor/convolution.js';
import { DerivedTensors } from '../tensor/derived-tensors.js';
import { FoldedGroupNorm, windowStatistics } from '../tensor/folded-group-norm.js';
import { type ParameterLookup, under } from '../tensor/functional.js';
import { isTaping } from '../tensor/gradient-tape.js';
import type { Precision } from '../tensor/graph-writer.js';
import { usesGpu } from '../tensor/native.js';
import { tf } from '../tensor/tensorflow.js';
import { convolutionParameters, frameCount, isNormed, type ModelConfig, receptiveField } from './config.js';
import { FeatureEncoderGraph, hasFeatureEncoderGraph } from './feature-encoder-graph.js';
import { encodeTaped } from './gradients/feature-encoder-gradient.js';

/** The convolutions that work on pieces of the clip; at their end a frame stands for 8 frames of the first one. */
const PIECEWISE_LAYERS = 4;
/** Frames of the first convolution in a piece: large enough for fast products, and near what the caches hold. */
const PIECE = 8192;

/** The feature encoder: a stack of convolutions that turns samples into 50 vectors a second. */
export class FeatureEncoder {
  readonly #config: ModelConfig;
  readonly #parameters: ParameterLookup;
  /** Kernels as the products need them. */
  readonly #prepared: DerivedTensors;
  readonly #graphs: ByPrecision<FeatureEncoderGraph>;

  /** @param parameters - those under `feature_extractor` */
  constructor(config: ModelConfig, parameters: ParameterLookup) {
    this.#config = config;
    this.#parameters = parameters;
    this.#prepared = new DerivedTensors(
      () =>
        config.convDim.flatMap((_, i) => convolutionParameters(config, i).map(under(parameters, `conv_layers.${i}`))),
      () => prepare(config, parameters),
    );
    const piecewise = Math.min(PIECEWISE_LAYERS, config.convDim.length);
    this.#graphs = new ByPrecision(
      (precision) => new FeatureEncoderGraph(config, precision, piecewise, () => this.#prepared.get()),
    );
  }

  /**
   * @param batch - rows of samples of one length
   * @param precision - of the products where no gradient is recorded
   * @returns features (batch, frames, channels)
   */
  forward(batch: readonly Float32Array[], precision: Precision): tf.Tensor3D {
    if (isTaping()) return encodeTaped(batch, this.#config, this.#parameters, () => this.forward(batch, precision));
    return tf.tidy(() => {
      const tensors = this.#prepared.get();
      return tf.stack(batch.map((samples) => this.#clip(samples, tensors, precision))) as tf.Tensor3D; // (B, T, C)
    });
  }

  dispose(): void {
    this.#prepared.dispose();
    for (const graph of this.#graphs.values()) graph.dispose();
  }

  /** Samples (N) → features (T, C). */
  #clip(samples: Float32Array, tensors: tf.NamedTensorMap, precision: Precision): tf.Tensor2D {
    return tf.tidy(() => {
      const layers = this.#layers(tensors, samples);
      const x = tf.tensor2d(samples, [samples.length, 1]); // (N, 1)
      // A GPU wants large products.
      const piecewise = usesGpu() ? 0 : Math.min(PIECEWISE_LAYERS, layers.length);
      const graph = piecewise > 0 && hasFeatureEncoderGraph(this.#config, precision) && this.#graphs.get(precision);
      if (graph) {
        const [{ kernels, bias }] = layers;
        const first = layers.slice(0, piecewise);
        const coarse = inOverlappingPieces(x, first, (piece) => graph.first(piece, kernels[0], bias!)); // (T', C)
        return piecewise < layers.length ? graph.rest(asNeeded(coarse, layers.slice(piecewise))) : coarse;
      }
      return autocast(precision, () => {
        const coarse = piecewise === 0 ? x : inOverlappingPieces(x, layers.slice(0, piecewise), run);
        const { after } = layers[layers.length - 1].activation;
        const features = run(coarse, layers.slice(piecewise));
        return after === 1 ? features : tf.mul(features, after);
      });
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

  /** The first convolution with the group norm over time folded in. */
  #groupNormed(tensors: tf.NamedTensorMap, samples: Float32Array): Convolution {
    const { convKernel, convStride } = this.#config;
    const own = { kernel: tensors['0.kernel.0'] as tf.Tensor2D, gain: tensors['0.gain'], shift: tensors['0.shift'] };
    const { kernel, bias } = new FoldedGroupNorm(windowStatistics(samples, convKernel[0], convStride[0])).fold(own);
    const activation = activationOf(this.#config);
    const scaled = tf.mul(kernel, activation.before) as tf.Tensor2D;
    return convolution(convKernel[0], convStride[0], scaled, tf.mul(bias, activation.before), activation);
  }
}

/** With layer norms, these stand between the products and the activations. */
function activationOf({ featExtractNorm, featExtractActivation }: ModelConfig): Activation {
  return featExtractNorm === 'layer'
    ? ACTIVATIONS[featExtractActivation]
    : activationAfterProduct(featExtractActivation);
}

/** Kernels in the order of the products, with the activations' factors multiplied in. */
function prepare(config: ModelConfig, parameters: ParameterLookup): tf.NamedTensorMap {
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
      const whole = tf.reshape(taps, [-1, out]) as tf.Tensor2D; // (size · in, out)
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
    if (input !== x) input.dispose();
    return output;
  }, x);
}

/** Runs the layers on pieces of the input that overlap by what the layers see, which gives the same frames. */
function inOverlappingPieces(
  x: tf.Tensor2D,
  layers: Convolution[],
  work: (piece: tf.Tensor2D, layers: Convolution[]) => tf.Tensor2D,
): tf.Tensor2D {
  return tf.tidy(() => {
    const width = x.shape[1];
    const { hop, field, frames } = extentOf(x, layers);
    const piece = Math.ceil((PIECE * layers[0].stride) / hop);
    const pieces: tf.Tensor2D[] = [];
    for (let first = 0; first < frames; first += piece) {
      const count = Math.min(piece, frames - first);
      pieces.push(tf.tidy(() => work(tf.slice(x, [first * hop, 0], [(count - 1) * hop + field, width]), layers))); // (T of the piece, C)
    }
    return pieces.length === 1 ? pieces[0] : tf.concat(pieces, 0); // (T, C)
  });
}

/** The input without the last frames, of which the layers see nothing. */
function asNeeded(x: tf.Tensor2D, layers: Convolution[]): tf.Tensor2D {
  const { hop, field, frames } = extentOf(x, layers);
  return tf.slice(x, [0, 0], [(frames - 1) * hop + field, x.shape[1]]);
}

/** From one frame of the layers to the next, what a frame sees, and how many there are: of the input's rows. */
function extentOf(x: tf.Tensor2D, layers: Convolution[]): { hop: number; field: number; frames: number } {
  const hop = layers.reduce((product, { stride }) => product * stride, 1);
  const shape = { convKernel: layers.map(({ size }) => size), convStride: layers.map(({ stride }) => stride) };
  return { hop, field: receptiveField(shape), frames: frameCount(shape, x.shape[0]) };
}
