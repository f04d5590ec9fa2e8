import type { Activation } from './activation.js';
import { matMul } from './autocast.js';
import { layerNorm, NORM_EPSILON } from './functional.js';
import { fusedGelu } from './fused-gelu.js';
import { nativeConv2dGradient } from './native.js';
import { tf } from './tensorflow.js';

/** A convolution over time, as matrix products over the input seen in groups of `stride` frames. */
export interface Convolution {
  /** Taps of the kernel, and frames from one output to the next. */
  readonly size: number;
  readonly stride: number;
  /**
   * The kernel of each group (taps · in, out), its rows in the order of taps, then channels; or the whole kernel, for
   * which the groups are copied together. It may have the bias as an additional row.
   */
  readonly kernels: readonly tf.Tensor2D[];
  readonly bias?: tf.Tensor;
  /** Gain and shift of a layer norm over the output's channels. */
  readonly norm?: readonly [tf.Tensor, tf.Tensor];
  /** Its factor `after` is left to the next layer. */
  readonly activation: Activation;
}

/** With fewer inputs to a product than this, copying them together is cheaper than a product for each group. */
const NARROW = 64;

/** Makes a convolution of the kernel (size · in, out). */
export function convolution(
  size: number,
  stride: number,
  kernel: tf.Tensor2D,
  bias: tf.Tensor | undefined,
  activation: Activation,
): Convolution {
  const [inputs, out] = kernel.shape;
  const common = { size, stride, activation };
  if (activation.isFused) return { ...common, kernels: [kernel], bias: bias ?? tf.zeros([out]) };
  if (inputs <= NARROW) {
    const last = bias ? tf.reshape(bias, [1, out]) : tf.zeros([1, out]); // (1, out)
    return { ...common, kernels: [tf.concat([kernel, last as tf.Tensor2D], 0)] }; // (size · in + 1, out)
  }
  const width = inputs / size;
  const kernels: tf.Tensor2D[] = [];
  for (let tap = 0; tap < size; tap += stride) {
    kernels.push(tf.slice(kernel, [tap * width, 0], [Math.min(stride, size - tap) * width, out])); // (taps · in, out)
  }
  return { ...common, kernels, bias };
}

/** Frames (T, in) → (T', out): the products, the norm and the activation. */
export function convolve(x: tf.Tensor2D, { size, stride, kernels, bias, norm, activation }: Convolution): tf.Tensor2D {
  return tf.tidy(() => {
    const groups = tapGroups(x, size, stride);
    const [count, width] = [groups[0].shape[0], x.shape[1]];
    // The bias as an additional row of the kernel needs a column of ones.
    if (kernels[0].shape[0] === size * width + 1) groups.push(tf.ones([count, 1]) as tf.Tensor2D); // (T', 1)
    // One (T', size · in, and 1 with the ones), or one (T', taps · in) for each kernel.
    const inputs = kernels.length < groups.length ? [tf.concat(groups, 1)] : groups;
    if (activation.isFused) return fusedGelu(inputs[0], kernels[0], bias!, false);
    const product = inputs
      .map((rows, i) => matMul<tf.Tensor2D>(rows, kernels[i])) // (T', out)
      .reduce((sum, term) => tf.add<tf.Tensor2D>(sum, term));
    const biased = bias ? (tf.add(product, bias) as tf.Tensor2D) : product;
    return activation.curve(norm ? layerNorm(biased, norm[0], norm[1], NORM_EPSILON) : biased);
  });
}

/** The gradient by the kernel (size · in, out) of a convolution, from that by its product (T', out). */
export function kernelGradient(x: tf.Tensor2D, dy: tf.Tensor2D, size: number, stride: number): tf.Tensor2D {
  return tf.tidy(() => {
    const parts = tapGroups(x, size, stride).map((rows) => matMul<tf.Tensor2D>(rows, dy, true)); // (taps · in, out)
    return parts.length === 1 ? parts[0] : tf.concat(parts, 0); // (size · in, out)
  });
}

/** The gradient by the input (T, in) of a convolution with this kernel (size · in, out), from that by its product. */
export function inputGradient(
  kernel: tf.Tensor2D,
  dy: tf.Tensor2D,
  length: number,
  size: number,
  stride: number,
): tf.Tensor2D {
  return tf.tidy(() => {
    const [count, out] = dy.shape;
    const width = kernel.shape[0] / size;
    const filter = tf.reshape(kernel, [1, size, width, out]); // (1, size, in, out)
    const gradient = nativeConv2dGradient([1, 1, length, width], filter, tf.reshape(dy, [1, 1, count, out]), stride); // (1, 1, T, in)
    return tf.reshape(gradient, [length, width]) as tf.Tensor2D; // (T, in)
  });
}

/** What each group of `stride` taps sees: (T', taps · in), in the order of the kernel's rows. */
function tapGroups(x: tf.Tensor2D, size: number, stride: number): tf.Tensor2D[] {
  const [length, width] = x.shape;
  const count = Math.floor((length - size) / stride) + 1;
  const groups: tf.Tensor2D[] = [];
  for (let tap = 0; tap < size; tap += stride) {
    const taps = Math.min(stride, size - tap);
    // The last, smaller group is the end of a whole one, so that no row lies behind the input.
    const rows = framesFrom(x, tap - (stride - taps), count, stride); // (T', stride · in)
    groups.push(taps === stride ? rows : tf.slice(rows, [0, (stride - taps) * width], [count, taps * width])); // (T', taps · in)
  }
  return groups;
}

/** `count` rows of `stride` frames each, the first from frame `first`, which may lie before the input. */
function framesFrom(x: tf.Tensor2D, first: number, count: number, stride: number): tf.Tensor2D {
  const missing = Math.max(0, -first);
  const before: [number, number][] = [
    [missing, 0],
    [0, 0],
  ];
  const padded = missing > 0 ? tf.pad(x, before) : x;
  const frames = tf.slice(padded, [Math.max(0, first), 0], [count * stride, x.shape[1]]); // (T' · stride, in)
  return tf.reshape(frames, [count, stride * x.shape[1]]); // (T', stride · in)
}
