import { tf } from '../tensor/tensorflow.js';
import { weightedCrossEntropy } from './cluster-head.js';
import type { FrameTargets } from './frame-labels.js';
import type { PretrainingSettings } from './pretraining-options.js';

/** What there is to say about guesses; a type, so that it can be given to `tf.dispose`. */
export type ClusterLoss = {
  loss: tf.Scalar;
  /** Of the masked frames with labels, the share whose cluster is nearest, over all sets of labels; NaN of none. */
  accuracyMasked?: number;
  /** The same of the frames that are heard. */
  accuracyUnmasked?: number;
};

/** How much each frame of a batch counts, row after row: (batch · frames), over how many frames count at all. */
export function frameWeights(
  { sets }: FrameTargets,
  timeMask: readonly boolean[][],
  { predMaskedWeight, predNomaskWeight }: PretrainingSettings,
): Float32Array {
  const weights = Float32Array.from(timeMask.flat(), (masked) => (masked ? predMaskedWeight : predNomaskWeight));
  // As in fairseq, several sets of labels are added up, and divided by the frames of one.
  let counted = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] > 0 && sets[0][i] >= 0) counted++;
  return weights.map((weight) => weight / Math.max(1, counted));
}

/**
 * fairseq's `HubertCriterion`, divided by the frames that count: the cross-entropies, and the features' mean square.
 *
 * @param rows - which rows of the batch `found` is of; default all
 */
export function clusterLoss(
  found: { logits: tf.Tensor2D[]; extractFeatures: tf.Tensor3D },
  { sets, lengths }: FrameTargets,
  weights: Float32Array,
  { lossWeights }: PretrainingSettings,
  { first, count, of }: { first: number; count: number; of: number } = {
    first: 0,
    count: lengths.length,
    of: lengths.length,
  },
): tf.Scalar {
  const { logits, extractFeatures } = found;
  const frames = weights.length / of;
  const part = <T extends Int32Array | Float32Array>(all: T) =>
    all.subarray(first * frames, (first + count) * frames) as T;
  const terms = logits.map((rows, k) => weightedCrossEntropy(rows, part(sets[k]), part(weights)));
  const [weight = 0] = lossWeights;
  if (weight > 0) terms.push(tf.mul(tf.mean(tf.square(extractFeatures)), (weight * count) / of) as tf.Scalar);
  return tf.addN(terms);
}

/** How often the nearest cluster is the right one. */
export function shareRight(
  logits: readonly tf.Tensor2D[],
  { sets }: FrameTargets,
  timeMask: readonly boolean[][],
  { skipMasked, skipNomask }: PretrainingSettings,
): Pick<ClusterLoss, 'accuracyMasked' | 'accuracyUnmasked'> {
  const isMasked = timeMask.flat();
  const right = { masked: 0, unmasked: 0 };
  const all = { masked: 0, unmasked: 0 };
  for (const [k, rows] of logits.entries()) {
    const nearest = tf.tidy(() => tf.argMax(rows, 1).dataSync());
    for (const [i, label] of sets[k].entries()) {
      if (label < 0) continue;
      const kind = isMasked[i] ? 'masked' : 'unmasked';
      all[kind]++;
      if (nearest[i] === label) right[kind]++;
    }
  }
  return {
    ...(!skipMasked && { accuracyMasked: right.masked / all.masked }),
    ...(!skipNomask && { accuracyUnmasked: right.unmasked / all.unmasked }),
  };
}
