import { tf } from '../tensorflow.js';
import { layerNorm } from './functional.js';

/** A convolution over time, ready for {@link convolve}. */
export interface Convolution {
  /** Taps of the kernel, and frames from one output to the next. */
  readonly size: number;
  readonly stride: number;
  /** The kernel, its rows in the order of taps, then channels: (size · in, out). */
  readonly kernel: tf.Tensor2D;
  readonly bias?: tf.Tensor;
  /** Gain and shift of a layer norm over the output's channels. */
  readonly norm?: readonly [tf.Tensor, tf.Tensor];
}

/** PyTorch's, of the norms between the convolutions; it is not in the configuration. */
export const NORM_EPSILON: number = 1e-5;

/** Below this many inputs to a product, copying them together is cheaper than several products. */
const NARROW = 64;

/** Frames (T, in) → (T', out), as matrix products over the input seen in groups of `stride` frames. */
export function convolve(x: tf.Tensor2D, { size, stride, kernel, bias, norm }: Convolution): tf.Tensor2D {
  return tf.tidy(() => {
    const [length, width] = x.shape;
    const count = Math.floor((length - size) / stride) + 1;
    const narrow = size * width <= NARROW;
    const rows: tf.Tensor2D[] = [];
    const kernels: tf.Tensor2D[] = [];
    for (let tap = 0; tap < size; tap += stride) {
      const taps = Math.min(stride, size - tap);
      // The last, smaller group is the end of a whole one, so that no row lies behind the input.
      const group = groups(x, tap - (stride - taps), count, stride); // (T', stride · in)
      rows.push(taps === stride ? group : tf.slice(group, [0, (stride - taps) * width], [count, taps * width]));
      if (!narrow) kernels.push(tf.slice(kernel, [tap * width, 0], [taps * width, kernel.shape[1]]));
    }
    // A column of ones takes the bias along.
    const ones = narrow && bias ? [tf.ones([count, 1]) as tf.Tensor2D] : [];
    const product = narrow
      ? tf.matMul(tf.concat([...rows, ...ones], 1), bias ? tf.concat([kernel, tf.expandDims(bias)], 0) : kernel)
      : sum(rows.map((row, i) => tf.matMul(row, kernels[i])));
    const biased = bias && !narrow ? tf.add(product, bias) : product;
    return (norm ? layerNorm(biased, norm[0], norm[1], NORM_EPSILON) : biased) as tf.Tensor2D;
  });
}

/** `count` rows of `stride` frames each, the first from frame `first`, which may lie before the input. */
function groups(x: tf.Tensor2D, first: number, count: number, stride: number): tf.Tensor2D {
  const padded =
    first < 0
      ? tf.pad(x, [
          [-first, 0],
          [0, 0],
        ])
      : x;
  const frames = tf.slice(padded, [Math.max(0, first), 0], [count * stride, x.shape[1]]);
  return tf.reshape(frames, [count, stride * x.shape[1]]);
}

function sum(terms: tf.Tensor2D[]): tf.Tensor2D {
  return terms.reduce((total, term) => tf.add(total, term));
}
