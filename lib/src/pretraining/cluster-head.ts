import type { ModelConfig } from '../hubert/config.js';
import { linear, type ParameterLookup, under } from '../tensor/functional.js';
import type { ParameterSpec } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import type { PretrainingSettings } from './pretraining-options.js';

/** The least length that a vector is divided by, as in PyTorch's `cosine_similarity`. */
const SHORTEST = 1e-8;

/** The parameters between the transformer and the clusters, under fairseq's names. */
export function clusterHeadParameters(config: ModelConfig, settings: PretrainingSettings): Map<string, ParameterSpec> {
  const { numClasses, untieFinalProj, targetGlu } = settings;
  const width = finalWidth(config, settings);
  const projected = untieFinalProj ? width * numClasses.length : width;
  const classes = numClasses.reduce((sum, count) => sum + count, 0);
  return new Map<string, ParameterSpec>([
    ...linearSpecs('final_proj', projected, config.hiddenSize),
    ...(targetGlu ? linearSpecs('target_glu.0', 2 * width, width) : []),
    ['label_embs_concat', { shape: [classes, width], init: { uniform: [0, 1] } }],
  ]);
}

/** A linear layer, drawn as PyTorch draws one. */
export function linearSpecs(name: string, outputs: number, inputs: number): [string, ParameterSpec][] {
  const bound = inputs ** -0.5;
  const init = { uniform: [-bound, bound] } as const;
  return [
    [`${name}.weight`, { shape: [outputs, inputs], init }],
    [`${name}.bias`, { shape: [outputs], init }],
  ];
}

const finalWidth = ({ hiddenSize }: ModelConfig, { finalDim }: PretrainingSettings): number => finalDim || hiddenSize;

/**
 * How near each frame is to each cluster: the cosine of the projected frame and the cluster's vector, over the
 * temperature.
 *
 * @param frames - (B, T, C)
 * @returns for each set of labels (B · T, classes)
 */
export function clusterLogits(
  frames: tf.Tensor3D,
  parameters: ParameterLookup,
  settings: PretrainingSettings,
): tf.Tensor2D[] {
  const { numClasses, untieFinalProj, targetGlu, logitTemp } = settings;
  const rows = tf.reshape(frames, [-1, frames.shape[2]]) as tf.Tensor2D; // (B · T, C)
  const projected = linear(rows, under(parameters, 'final_proj')); // (B · T, sets · D) or (B · T, D)
  const all = parameters('label_embs_concat') as tf.Tensor2D;
  const vectors = targetGlu ? gated(linear(all, under(parameters, 'target_glu.0'))) : all; // (classes of all sets, D)
  const directions = unit(vectors);
  const width = vectors.shape[1];
  let first = 0;
  return numClasses.map((classes, i) => {
    const clusters = tf.slice(directions, [first, 0], [classes, width]); // (classes, D)
    const own = untieFinalProj ? tf.slice(projected, [0, i * width], [-1, width]) : projected; // (B · T, D)
    first += classes;
    return tf.div(tf.matMul(unit(own), clusters, false, true), logitTemp);
  });
}

/** Rows of length 1: (N, D) → (N, D). */
export function unit(rows: tf.Tensor2D): tf.Tensor2D {
  const squares = tf.sum(tf.square(rows), 1, true); // (N, 1)
  return tf.div(rows, tf.sqrt(tf.maximum(squares, SHORTEST ** 2)));
}

/** One half, as far as the other opens (Dauphin et al. 2017): (N, 2 D) → (N, D). */
function gated(rows: tf.Tensor2D): tf.Tensor2D {
  const [values, gates] = tf.split<tf.Tensor2D>(rows, 2, 1);
  return tf.mul(values, tf.sigmoid(gates));
}

/**
 * The cross-entropy of rows, each multiplied by its weight, added up.
 *
 * @param labels - a class for each row; −100 for none
 */
export function weightedCrossEntropy(logits: tf.Tensor2D, labels: Int32Array, weights: Float32Array): tf.Scalar {
  const chosen = tf.oneHot(tf.tensor1d(labels, 'int32'), logits.shape[1]); // (N, classes), zeros for −100
  const weighted = tf.mul(chosen, tf.expandDims(tf.tensor1d(weights), 1));
  return tf.neg(tf.sum<tf.Scalar>(tf.mul(tf.logSoftmax(logits), weighted))); // ()
}
