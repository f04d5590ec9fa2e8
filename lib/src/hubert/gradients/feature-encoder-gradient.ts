import { ACTIVATIONS } from '../../tensor/activation.js';
import { matMul } from '../../tensor/autocast.js';
import { convolution, convolve, inputGradient, kernelGradient } from '../../tensor/convolution.js';
import {
  FoldedGroupNorm,
  type NormedKernel,
  type WindowStatistics,
  windowStatistics,
} from '../../tensor/folded-group-norm.js';
import { layerNorm, layerNormGradient, NORM_EPSILON, type ParameterLookup, under } from '../../tensor/functional.js';
import { differentiable } from '../../tensor/gradient-tape.js';
import { tf } from '../../tensor/tensorflow.js';
import { convolutionParameters, isNormed, type ModelConfig } from '../config.js';

/** Of a batch up to so many samples (a minute), layers are kept for the gradient; of a larger one they are run again. */
const KEPT_SAMPLES = 2 ** 20;

const IDENTITY = { ...ACTIVATIONS.relu, curve: <T extends tf.Tensor>(x: T): T => tf.clone(x) };

const KERNEL = 'conv.weight';

/** A convolution as its gradient needs it: kernel (size · in, out), and the norm after it. */
interface Layer {
  size: number;
  stride: number;
  kernel: tf.Tensor2D;
  bias?: tf.Tensor;
  gain?: tf.Tensor;
  shift?: tf.Tensor;
}

/** A row of a batch, and what the group norm needs of it. */
interface Clip {
  samples: Float32Array;
  statistics?: WindowStatistics;
}

/**
 * The feature encoder while a gradient is recorded: rows of samples → (batch, frames, channels).
 *
 * Clip by clip, the gradient keeps what each layer but the first gets and what its product gives, and nothing else.
 *
 * @param forward - the encoder where nothing is recorded
 */
export function encodeTaped(
  batch: readonly Float32Array[],
  config: ModelConfig,
  parameters: ParameterLookup,
  forward: () => tf.Tensor3D,
): tf.Tensor3D {
  const names = config.convDim.flatMap((_, i) =>
    convolutionParameters(config, i).map((name) => `conv_layers.${i}.${name}`),
  );
  const { convKernel, convStride, featExtractNorm } = config;
  const clips = batch.map((samples) => ({
    samples,
    ...(featExtractNorm === 'group' && { statistics: windowStatistics(samples, convKernel[0], convStride[0]) }),
  }));
  const keeps = batch.length * batch[0].length <= KEPT_SAMPLES;
  return differentiable(
    names.map(parameters),
    () => {
      if (!keeps) return { value: forward(), kept: [] };
      const layers = layersOf(config, parameters);
      const traces = clips.map((clip) => new Trace(clip, config, layers));
      const value = tf.stack(traces.map(({ features }) => features)) as tf.Tensor3D; // (B, T, C)
      return { value, kept: traces.flatMap(({ kept }) => kept) };
    },
    (dy, kept) => {
      const layers = layersOf(config, parameters);
      const each = kept.length / batch.length;
      const rows = tf.unstack(dy) as tf.Tensor2D[]; // B × (T, C)
      const sums = clips.reduce<tf.Tensor[]>(
        (sums, clip, i) =>
          tf.tidy(() => {
            const own = keeps ? kept.slice(i * each, (i + 1) * each) : undefined;
            const found = new Trace(clip, config, layers, own as tf.Tensor2D[]).gradients(rows[i]);
            const added = names.map((name, k) => (sums.length > 0 ? tf.add(sums[k], found[name]) : found[name]));
            tf.dispose(sums);
            return added;
          }),
        [],
      );
      // Kernels are turned around once, not clip by clip.
      return names.map((name, k) => (name.endsWith(KERNEL) ? inCheckpointOrder(sums[k], parameters(name)) : sums[k]));
    },
  );
}

/** One clip on its way through the layers. */
class Trace {
  /** What each layer but the first gets, and what its product gives before the norm. */
  readonly kept: tf.Tensor2D[];
  /** (T, C) */
  readonly features: tf.Tensor2D;
  /** What the first convolution sees, and a column of ones for its bias: (T', size + 1). */
  readonly #windows: tf.Tensor2D;
  readonly #config: ModelConfig;
  readonly #layers: Layer[];
  readonly #groupNorm: FoldedGroupNorm | undefined;

  /** Without `kept`, the layers are run. */
  constructor({ samples, statistics }: Clip, config: ModelConfig, layers: Layer[], kept?: tf.Tensor2D[]) {
    this.#windows = windowsOf(samples, config.convKernel[0], config.convStride[0]);
    this.#config = config;
    this.#groupNorm = statistics && new FoldedGroupNorm(statistics);
    this.#layers = layers;
    this.kept = kept ?? [];
    this.features = kept ? this.#windows : this.#run();
  }

  /** The gradients by the parameters, under their names, from that by the features; those of kernels are (size · in, out). Frees what was kept. */
  gradients(dFeatures: tf.Tensor2D): tf.NamedTensorMap {
    const activation = ACTIVATIONS[this.#config.featExtractActivation].inTraining;
    const found: tf.NamedTensorMap = {};
    let dy = dFeatures;
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const { dx, gradients } = tf.tidy(() => {
        const { size, stride, kernel } = this.#layers[i];
        const [x, product] = i > 0 ? this.kept.slice(2 * i - 2, 2 * i) : [this.#windows, this.#firstProduct()];
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
    return this.#layers.reduce<tf.Tensor2D>((x, { size, stride, kernel, bias }, i) => {
      const product = i === 0 ? this.#firstProduct() : convolve(x, convolution(size, stride, kernel, bias, IDENTITY));
      const [output] = activation.value(this.#normed(i, product)) as tf.Tensor2D[];
      if (i > 0) this.kept.push(x, product);
      else product.dispose();
      return output;
    }, this.#windows);
  }

  #firstProduct(): tf.Tensor2D {
    return tf.tidy(() => {
      const [layer] = this.#layers;
      const { kernel, bias } = this.#groupNorm?.fold(layer as NormedKernel) ?? layer;
      const last = bias ? tf.expandDims(bias) : tf.zeros([1, kernel.shape[1]]); // (1, out)
      return matMul<tf.Tensor2D>(this.#windows, tf.concat([kernel, last as tf.Tensor2D])); // (T', out)
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
      const layer = this.#layers[0] as NormedKernel;
      const [dFolded, dBias] = this.#firstGradients(dOutput);
      const [dKernel, dGain, dShift] = this.#groupNorm.gradient(layer, dFolded, dBias);
      // The norm takes any bias away again.
      const gradients = { [KERNEL]: dKernel, ...(bias && { 'conv.bias': tf.zerosLike(bias) }) };
      return { gradients: { ...gradients, 'layer_norm.weight': dGain, 'layer_norm.bias': dShift }, dProduct: dOutput };
    }
    const [dProduct, dGain, dShift] = gain ? layerNormGradient(dOutput, product, gain, NORM_EPSILON) : [dOutput];
    const dKernel = i === 0 ? this.#firstGradients(dProduct)[0] : kernelGradient(x, dProduct, size, stride);
    const gradients = {
      [KERNEL]: dKernel,
      ...(bias && { 'conv.bias': tf.sum(dProduct, 0) }), // (out)
      ...(dGain && dShift && { 'layer_norm.weight': dGain, 'layer_norm.bias': dShift }),
    };
    return { gradients, dProduct };
  }

  /** Of the first product's kernel and bias. */
  #firstGradients(dProduct: tf.Tensor2D): [dKernel: tf.Tensor2D, dBias: tf.Tensor] {
    const [{ size }] = this.#layers;
    const both = matMul<tf.Tensor2D>(this.#windows, dProduct, true); // (size + 1, out)
    const [dKernel, dBias] = tf.split<tf.Tensor2D>(both, [size, 1]); // (size, out), (1, out)
    return [dKernel, tf.squeeze(dBias, [0])]; // (size, out), (out)
  }
}

/** The gradient by a kernel (size · in, out) in the order of the weight (out, in, size). */
function inCheckpointOrder(dKernel: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const [out, inputs, size] = weight.shape;
  return tf.transpose(tf.reshape(dKernel, [size, inputs, out]), [2, 1, 0]);
}

function layersOf(config: ModelConfig, parameters: ParameterLookup): Layer[] {
  return config.convKernel.map((size, i) => {
    const own = under(parameters, `conv_layers.${i}`);
    const taps = tf.transpose(own('conv.weight') as tf.Tensor3D, [2, 1, 0]); // (size, in, out)
    return {
      size,
      stride: config.convStride[i],
      kernel: tf.reshape(taps, [-1, config.convDim[i]]) as tf.Tensor2D, // (size · in, out)
      ...(config.convBias && { bias: own('conv.bias') }),
      ...(isNormed(config, i) && { gain: own('layer_norm.weight'), shift: own('layer_norm.bias') }),
    };
  });
}

/** Windows of samples, each with a 1 behind it: (T', size + 1). */
function windowsOf(samples: Float32Array, size: number, stride: number): tf.Tensor2D {
  const count = Math.floor((samples.length - size) / stride) + 1;
  const values = new Float32Array(count * (size + 1));
  for (let row = 0, at = 0; row < count; row++) {
    for (let i = 0; i < size; i++) values[at++] = samples[row * stride + i];
    values[at++] = 1;
  }
  return tf.tensor2d(values, [count, size + 1]); // (T', size + 1)
}
