import { inPieces, linear, type ParameterLookup, under } from '../tensor/functional.js';
import { isTaping } from '../tensor/gradient-tape.js';
import { dropout, type Randomness } from '../tensor/randomness.js';
import { tf } from '../tensor/tensorflow.js';
import { attendTaped } from './gradients/attention-gradient.js';

/** Scores that are in memory at a time, where nothing asks for all: what the caches of a processor hold. */
const SCORES = 2 ** 21;
/** Products of fewer rows of queries than this are slow. */
const LEAST_QUERIES = 64;

/** What {@link selfAttention} is asked for. */
export interface AttentionOptions {
  heads: number;
  /** Added to the scores: 0 for sound, very low for padding: (B, 1, 1, T). */
  bias?: tf.Tensor4D;
  dropoutRate: number;
  randomness?: Randomness;
  outputAttentions: boolean;
}

/** How many queries of a batch are worked on at a time. */
export const queriesInPiece = (batch: number, heads: number, frames: number): number =>
  Math.max(LEAST_QUERIES, Math.floor(SCORES / (batch * heads * frames)));

/** Attends for some queries (B, heads, queries, D) after the others, which bounds the memory of the scores. */
export function inQueryPieces(queries: tf.Tensor4D, attend: (some: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D {
  const [batch, heads, frames] = queries.shape;
  return inPieces([queries], 2, queriesInPiece(batch, heads, frames), ([some]) => attend(some));
}

/** Multi-head self-attention (Vaswani et al. 2017): (B, T, C) → (B, T, C), and the weights (B, heads, T, T) if asked. */
export function selfAttention(
  x: tf.Tensor3D,
  parameters: ParameterLookup,
  { heads, bias, dropoutRate, randomness, outputAttentions }: AttentionOptions,
): { output: tf.Tensor3D; weights?: tf.Tensor4D } {
  return tf.tidy(() => {
    const [batch, frames, width] = x.shape;
    const rows = tf.reshape(x, [-1, width]) as tf.Tensor2D; // (B · T, C)
    const projected = ['q_proj', 'k_proj', 'v_proj'].map((name) => linear(rows, under(parameters, name))); // 3 × (B · T, C)
    const split = (x: tf.Tensor2D, factor = 1) => {
      const scaled = factor === 1 ? x : tf.mul(x, factor);
      return tf.transpose(tf.reshape(scaled, [batch, frames, heads, width / heads]), [0, 2, 1, 3]); // (B, heads, T, D)
    };
    const queries = split(projected[0], (width / heads) ** -0.5) as tf.Tensor4D;
    const keys = split(projected[1]) as tf.Tensor4D;
    const values = split(projected[2]) as tf.Tensor4D;
    const attend = (some: tf.Tensor4D) => {
      const scores = tf.matMul(some, keys, false, true); // (B, heads, queries, T)
      const weights = tf.softmax(bias ? tf.add(scores, bias) : scores) as tf.Tensor4D;
      const dropped = dropout(weights, dropoutRate, randomness);
      return { weights: dropped, mixed: tf.matMul(dropped, values) as tf.Tensor4D }; // (B, heads, queries, D)
    };
    const mix = () => {
      if (isTaping()) return attendTaped([queries, keys, values], bias, dropoutRate, randomness);
      // Dropout draws for all weights at once, on a tape or not.
      if (randomness && dropoutRate > 0) return attend(queries).mixed;
      return inQueryPieces(queries, (some) => attend(some).mixed);
    };
    const { mixed, weights } = outputAttentions ? attend(queries) : { mixed: mix(), weights: undefined }; // (B, heads, T, D)
    const headed = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, width]) as tf.Tensor2D; // (B · T, C)
    const joined = linear(headed, under(parameters, 'out_proj')); // (B · T, C)
    const output = tf.reshape(joined, x.shape) as tf.Tensor3D; // (B, T, C)
    return outputAttentions ? { output, weights } : { output };
  });
}
