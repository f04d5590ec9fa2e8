import { tf } from '../tensorflow.js';
import { ACTIVATIONS } from './activation.js';
import type { ModelConfig } from './config.js';
import { convolution, convolve, inputGradient, kernelGradient, NORM_EPSILON } from './convolution.js';
import { isNormed, parameterNames } from './feature-encoder.js';
import { layerNorm, layerNormGradient, type Parameters, under } from './functional.js';
import { FoldedGroupNorm, type NormedKernel } from './group-norm.js';
import { differentiable } from './recording.js';

/** Of a batch up to so many samples (a minute), layers are kept for the gradient; of a larger one they are run again. */
const KEPT_SAMPLES = 2 ** 20;

const IDENTITY = { ...ACTIVATIONS.relu, curve: <T extends tf.Tensor>(x: T): T => tf.clone(x) };

/** A convolution as its gradient needs it: kernel (size · in, out), and the norm after it. */
interface Layer {
  size: number;
  stride: number;
  kernel: tf.Tensor2D;
  bias?: tf.Tensor;
  gain?: tf.Tensor;
  shift?: tf.Tensor;
}

/**
 * The feature encoder while a gradient is recorded: rows of samples → (batch, frames, channels).
 *
 * Clip by clip, the gradient keeps what each layer but the first gets and what its product gives, and nothing else.
 *
 * @param forward - the encoder where nothing is recorded
 */
export function encodeRecorded(
  batch: readonly Float32Array[],
  config: ModelConfig,
  parameters: Parameters,
  forward: () => tf.Tensor3D,
): tf.Tensor3D {
  const names = config.convDim.flatMap((_, i) => parameterNames(config, i).map((name) => `conv_layers.${i}.${name}`));
  const keeps = batch.length * batch[0].length <= KEPT_SAMPLES;
  return differentiable(
    names.map(parameters),
    () => {
      if (!keeps) return { value: forward(), kept: [] };
      const traces = batch.map((samples) => new Trace(samples, config, parameters));
      const value = tf.stack(traces.map(({ features }) => features)) as tf.Tensor3D;
      return { value, kept: traces.flatMap(({ kept }) => kept) };
    },
    (dy, kept) => {
      const each = kept.length / batch.length;
      const rows = tf.unstack(dy) as tf.Tensor2D[];
      return batch.reduce<tf.Tensor[]>(
        (sums, samples, i) =>
          tf.tidy(() => {
            const own = keeps ? kept.slice(i * each, (i + 1) * each) : undefined;
            const found = new Trace(samples, config, parameters, own as tf.Tensor2D[]).gradients(rows[i]);
            const added = names.map((name, k) => (sums.length > 0 ? tf.add(sums[k], found[name]) : found[name]));
            tf.dispose(sums);
            return added;
          }),
        [],
      );
    },
  );
}

/** One clip on its way through the layers. */
class Trace {
  /** What each layer but the first gets, and what its product gives before the norm. */
  readonly kept: tf.Tensor2D[];
  /** (T, C) */
  readonly features: tf.Tensor2D;
  readonly #samples: tf.Tensor2D;
  readonly #config: ModelConfig;
  readonly #layers: Layer[];
  readonly #groupNorm: FoldedGroupNorm | undefined;

  /** Without `kept`, the layers are run. */
  constructor(samples: Float32Array, config: ModelConfig, parameters: Parameters, kept?: tf.Tensor2D[]) {
    const { convKernel, convStride, featExtractNorm } = config;
    this.#samples = tf.tensor2d(samples, [samples.length, 1]);
    this.#config = config;
    this.#groupNorm =
      featExtractNorm === 'group' ? new FoldedGroupNorm(samples, convKernel[0], convStride[0]) : undefined;
    this.#layers = convKernel.map((size, i) => layerOf(config, under(parameters, `conv_layers.${i}`), i, size));
    this.kept = kept ?? [];
    this.features = kept ? this.#samples : this.#run();
  }

  /** The gradients by the parameters, under their names, from that by the features. Frees what was kept. */
  gradients(dFeatures: tf.Tensor2D): tf.NamedTensorMap {
    const activation = ACTIVATIONS[this.#config.featExtractActivation].inTraining;
    const found: tf.NamedTensorMap = {};
    let dy = dFeatures;
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const { dx, gradients } = tf.tidy(() => {
        const { size, stride, kernel } = this.#layers[i];
        const x = this.#input(i);
        const product = i > 0 ? this.kept[2 * i - 1] : this.#product(0, x);
        const [dOutput] = activation.gradient(this.#normed(i, product), dy) as tf.Tensor2D[];
        const { gradients, dProduct } = this.#layerGradients(i, x, product, dOutput);
        return { gradients, dx: i > 0 ? inputGradient(kernel, dProduct, x.shape[0], size, stride) : undefined };
      });
      for (const [name, tensor] of Object.entries(gradients)) found[`conv_layers.${i}.${name}`] = tensor;
      tf.dispose([...this.kept.splice(Math.max(0, 2 * i - 2)), ...(dy === dFeatures ? [] : [dy])]);
      if (dx) dy = dx;
    }
    return found;
  }

  #run(): tf.Tensor2D {
    const activation = ACTIVATIONS[this.#config.featExtractActivation].inTraining;
    let x = this.#samples;
    this.#layers.forEach((_, i) => {
      if (i > 0) this.kept.push(x);
      const product = this.#product(i, x);
      if (i > 0) this.kept.push(product);
      [x] = activation.value(this.#normed(i, product)) as tf.Tensor2D[];
      if (i === 0) product.dispose();
    });
    return x;
  }

  #input(i: number): tf.Tensor2D {
    return i > 0 ? this.kept[2 * i - 2] : this.#samples;
  }

  #product(i: number, x: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const { size, stride } = this.#layers[i];
      const { kernel, bias } =
        i === 0 && this.#groupNorm ? this.#groupNorm.fold(this.#layers[0] as NormedKernel) : this.#layers[i];
      return convolve(x, convolution(size, stride, kernel, bias, IDENTITY));
    });
  }

  /** The product after the layer norm, where there is one. */
  #normed(i: number, product: tf.Tensor2D): tf.Tensor2D {
    const { gain, shift } = this.#layers[i];
    return gain && shift && this.#config.featExtractNorm === 'layer'
      ? layerNorm(product, gain, shift, NORM_EPSILON)
      : product;
  }

  /** From the gradient by what the activation gets: those by the layer's parameters, and that by its product. */
  #layerGradients(
    i: number,
    x: tf.Tensor2D,
    product: tf.Tensor2D,
    dOutput: tf.Tensor2D,
  ): { gradients: tf.NamedTensorMap; dProduct: tf.Tensor2D } {
    const { size, stride, gain, bias } = this.#layers[i];
    if (i === 0 && this.#groupNorm) {
      const dFolded = kernelGradient(x, dOutput, size, stride);
      const layer = this.#layers[0] as NormedKernel;
      const [dKernel, dGain, dShift] = this.#groupNorm.gradient(layer, dFolded, tf.sum(dOutput, 0));
      // The norm takes any bias away again.
      const gradients = { ...this.#weightGradients(i, dKernel), ...(bias && { 'conv.bias': tf.zerosLike(bias) }) };
      return { gradients: { ...gradients, 'layer_norm.weight': dGain, 'layer_norm.bias': dShift }, dProduct: dOutput };
    }
    const [dProduct, dGain, dShift] = gain ? layerNormGradient(dOutput, product, gain, NORM_EPSILON) : [dOutput];
    const gradients = {
      ...this.#weightGradients(i, kernelGradient(x, dProduct, size, stride)),
      ...(bias && { 'conv.bias': tf.sum(dProduct, 0) }),
      ...(dGain && dShift && { 'layer_norm.weight': dGain, 'layer_norm.bias': dShift }),
    };
    return { gradients, dProduct };
  }

  /** (size · in, out) → (out, in, size), as in a checkpoint */
  #weightGradients(i: number, dKernel: tf.Tensor2D): tf.NamedTensorMap {
    const { size } = this.#layers[i];
    const [rows, out] = dKernel.shape;
    return { 'conv.weight': tf.transpose(tf.reshape(dKernel, [size, rows / size, out]), [2, 1, 0]) };
  }
}

function layerOf(config: ModelConfig, own: Parameters, i: number, size: number): Layer {
  const taps = tf.transpose(own('conv.weight') as tf.Tensor3D, [2, 1, 0]); // (size, in, out)
  return {
    size,
    stride: config.convStride[i],
    kernel: tf.reshape(taps, [-1, config.convDim[i]]) as tf.Tensor2D,
    ...(config.convBias && { bias: own('conv.bias') }),
    ...(isNormed(config, i) && { gain: own('layer_norm.weight'), shift: own('layer_norm.bias') }),
  };
}
