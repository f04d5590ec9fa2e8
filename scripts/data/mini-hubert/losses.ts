import { tf } from 'onpa';
import { unit, weightedCrossEntropy } from 'onpa/dist/pretraining/cluster-head.js';

/** How sharp the distributions over cosines are. */
const TEMPERATURE = 0.1;
/** What all frames that can be seen weigh beside all masked ones. */
const SEEN = 0.3;

/** The cosine between each row (N, C) and each code (K, C), over the temperature: (N, K). */
export function cosines(rows: tf.Tensor2D, codes: tf.Tensor2D): tf.Tensor2D {
  return tf.div(tf.matMul(unit(rows), unit(codes), false, true), TEMPERATURE);
}

/**
 * The cross-entropy of clusters: the mean over the masked frames, and {@link SEEN} of the mean over the others.
 *
 * @param logits - (frames, clusters)
 */
export function clusterLoss(logits: tf.Tensor2D, clusters: Int32Array, masked: readonly boolean[]): tf.Scalar {
  const hidden = masked.filter((is) => is).length;
  const weights = masked.map((is) => (is ? 1 / hidden : SEEN / (masked.length - hidden)));
  return weightedCrossEntropy(logits, clusters, Float32Array.from(weights));
}

/** The mean squared difference. */
export function squaredError(estimated: tf.Tensor2D, measured: Float32Array): tf.Scalar {
  return tf.mean(tf.squaredDifference(estimated, tf.tensor2d(measured, estimated.shape)));
}

/**
 * How badly the other excerpt of each piece is told from all others (Saeed et al. 2021).
 *
 * @param excerpts - (2 · pieces, C), the second excerpts after the first ones
 */
export function samePieceLoss(excerpts: tf.Tensor2D): tf.Scalar {
  const [count] = excerpts.shape;
  const others = Int32Array.from({ length: count }, (_, i) => (i + count / 2) % count);
  const alike = tf.sub(cosines(excerpts, excerpts), tf.mul(tf.eye(count), 1e4)); // nothing is its own other
  return weightedCrossEntropy(alike as tf.Tensor2D, others, new Float32Array(count).fill(1 / count));
}

/** The share of masked frames whose cluster has the highest logit. */
export function shareFound(logits: tf.Tensor2D, clusters: Int32Array, masked: readonly boolean[]): number {
  const highest = tf.tidy(() => tf.argMax(logits, 1).dataSync());
  const hidden = masked.flatMap((is, i) => (is ? [i] : []));
  return hidden.filter((i) => highest[i] === clusters[i]).length / hidden.length;
}
