import { tf } from '../tensorflow.js';
import { layerNorm } from './functional.js';

/** A convolution over time, as matrix products over the input seen in groups of `stride` frames. */
export interface Convolution {
  /** Taps of the kernel, and frames from one output to the next. */
  readonly size: number;
  readonly stride: number;
  /**
   * The kernel of each group (taps · in, out), its rows in the order of taps, then channels; or the whole kernel with
   * the bias as its last row (size · in + 1, out), for which the groups are copied together.
   */
  readonly kernels: readonly tf.Tensor2D[];
  readonly bias?: tf.Tensor;
  /** Gain and shift of a layer norm over the output's channels. */
  readonly norm?: readonly [tf.Tensor, tf.Tensor];
}

/** PyTorch's, of the norms between the convolutions; it is not in the configuration. */
export const NORM_EPSILON: number = 1e-5;

/** With fewer inputs to a product than this, copying them together is cheaper than a product for each group. */
const NARROW = 64;

/** Makes a convolution of the kernel (size · in, out). */
export function convolution(size: number, stride: number, kernel: tf.Tensor2D, bias?: tf.Tensor): Convolution {
  const [inputs, out] = kernel.shape;
  if (inputs <= NARROW) {
    const last = bias ? tf.reshape(bias, [1, out]) : tf.zeros([1, out]);
    return { size, stride, kernels: [tf.concat([kernel, last as tf.Tensor2D], 0)] };
  }
  const width = inputs / size;
  const kernels: tf.Tensor2D[] = [];
  for (let tap = 0; tap < size; tap += stride) {
    kernels.push(tf.slice(kernel, [tap * width, 0], [Math.min(stride, size - tap) * width, out]));
  }
  return { size, stride, kernels, bias };
}

/** Frames (T, in) → (T', out). */
export function convolve(x: tf.Tensor2D, { size, stride, kernels, bias, norm }: Convolution): tf.Tensor2D {
  return tf.tidy(() => {
    const [length, width] = x.shape;
    const count = Math.floor((length - size) / stride) + 1;
    const groups: tf.Tensor2D[] = [];
    for (let tap = 0; tap < size; tap += stride) {
      const taps = Math.min(stride, size - tap);
      // The last, smaller group is the end of a whole one, so that no row lies behind the input.
      const rows = framesFrom(x, tap - (stride - taps), count, stride); // (T', stride · in)
      groups.push(taps === stride ? rows : tf.slice(rows, [0, (stride - taps) * width], [count, taps * width]));
    }
    const isJoined = kernels[0].shape[0] === size * width + 1;
    const inputs = isJoined ? [tf.concat([...groups, tf.ones([count, 1]) as tf.Tensor2D], 1)] : groups;
    const product = inputs
      .map((rows, i) => tf.matMul<tf.Tensor2D>(rows, kernels[i]))
      .reduce((sum, term) => tf.add<tf.Tensor2D>(sum, term));
    const biased = bias ? (tf.add(product, bias) as tf.Tensor2D) : product;
    return norm ? layerNorm(biased, norm[0], norm[1], NORM_EPSILON) : biased;
  });
}

/** `count` rows of `stride` frames each, the first from frame `first`, which may lie before the input. */
function framesFrom(x: tf.Tensor2D, first: number, count: number, stride: number): tf.Tensor2D {
  const missing = Math.max(0, -first);
  const before: [number, number][] = [
    [missing, 0],
    [0, 0],
  ];
  const padded = missing > 0 ? tf.pad(x, before) : x;
  const frames = tf.slice(padded, [Math.max(0, first), 0], [count * stride, x.shape[1]]);
  return tf.reshape(frames, [count, stride * x.shape[1]]);
}
