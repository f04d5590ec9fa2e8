import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { NORM_EPSILON } from './functional.js';
import { tf } from './tensorflow.js';

/** The first convolution and its norm: kernel (size, out), gain and shift (out) of the norm. */
export interface NormedKernel {
  kernel: tf.Tensor2D;
  gain: tf.Tensor;
  shift: tf.Tensor;
}

/** What the windows of a clip have in common. */
export interface WindowStatistics {
  mean: number[];
  /** A root R of the covariance: RᵀR. */
  root: number[][];
}

/**
 * The first convolution with the group norm over time folded in, for one clip.
 *
 * Mean and variance of each channel over the clip follow from the mean m and the covariance of the windows that the
 * kernel w sees, w·m and wᵀ(cov)w, so that the channels need not be computed to be normalised.
 */
export class FoldedGroupNorm {
  readonly #mean: tf.Tensor2D; // (size, 1)
  readonly #root: tf.Tensor2D; // R with RᵀR = cov

  constructor({ mean, root }: WindowStatistics) {
    this.#mean = tf.tensor2d(mean, [mean.length, 1]);
    this.#root = tf.tensor2d(root);
  }

  /** The kernel (size, out) and the bias (out) that convolve and normalise at once. */
  fold({ kernel, gain, shift }: NormedKernel): { kernel: tf.Tensor2D; bias: tf.Tensor } {
    const { centre, inverse } = this.#statistics(kernel);
    const scale = tf.mul(gain, inverse);
    return { kernel: tf.mul(kernel, scale), bias: tf.sub(shift, tf.mul(centre, scale)) };
  }

  /** From the gradients by the folded kernel and bias to those by kernel, gain and shift. */
  gradient(
    { kernel, gain }: NormedKernel,
    dFolded: tf.Tensor2D,
    dBias: tf.Tensor,
  ): [dKernel: tf.Tensor2D, dGain: tf.Tensor, dShift: tf.Tensor] {
    const { centre, inverse, deviations } = this.#statistics(kernel);
    const scale = tf.mul(gain, inverse);
    const dScale = tf.sub(tf.sum(tf.mul(dFolded, kernel), 0), tf.mul(centre, dBias)); // (out)
    const dVariance = tf.mul(tf.mul(tf.mul(dScale, gain), -0.5), tf.pow(inverse, 3));
    const byVariance = tf.mul(tf.matMul(this.#root, deviations, true), tf.mul(dVariance, 2)); // 2 cov · w · dVariance
    const centred = tf.sub(dFolded, tf.mul(this.#mean, dBias));
    const direct = tf.mul<tf.Tensor2D>(centred, scale);
    return [tf.add<tf.Tensor2D>(direct, byVariance), tf.mul(dScale, inverse), dBias];
  }

  /** Of each channel over the clip: its mean, the inverse of its deviation (out), and R·w (size, out). */
  #statistics(kernel: tf.Tensor2D): { centre: tf.Tensor; inverse: tf.Tensor; deviations: tf.Tensor2D } {
    const deviations = tf.matMul<tf.Tensor2D>(this.#root, kernel); // (size, out)
    const variance = tf.sum(tf.square(deviations), 0); // (out)
    const centre = tf.sum(tf.mul(this.#mean, kernel), 0); // (out)
    return { centre, inverse: tf.rsqrt(tf.add(variance, NORM_EPSILON)), deviations };
  }
}

/** Mean and covariance of all windows of `size` samples, `stride` apart, in double precision. */
export function windowStatistics(samples: Float32Array, size: number, stride: number): WindowStatistics {
  const count = Math.floor((samples.length - size) / stride) + 1;
  const sums = new Float64Array(size);
  const products = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let t = 0, at = i; t < count; t++, at += stride) sums[i] += samples[at];
    for (let j = i; j < size; j++) {
      // A window's taps are those of the window before, a stride further on: but for the two ends it is the same sum.
      const product = (at: number) => samples[at + i - stride] * samples[at + j - stride];
      products[i * size + j] =
        i < stride
          ? sumOfProducts(samples, i, j, stride, count)
          : products[(i - stride) * size + j - stride] - product(0) + product(count * stride);
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

/** The sum of samples[i + t · stride] · samples[j + t · stride]: of even t and of odd t, as neither sum waits for the other. */
function sumOfProducts(samples: Float32Array, i: number, j: number, stride: number, count: number): number {
  const end = count * stride;
  let [sum, other, at] = [0, 0, 0];
  for (; at + stride < end; at += 2 * stride) {
    sum += samples[at + i] * samples[at + j];
    other += samples[at + stride + i] * samples[at + stride + j];
  }
  return at < end ? sum + other + samples[at + i] * samples[at + j] : sum + other;
}
