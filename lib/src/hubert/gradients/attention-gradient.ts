import { matMul } from '../../tensor/autocast.js';
import { compiled } from '../../tensor/compiled.js';
import { differentiable } from '../../tensor/gradient-tape.js';
import { dropout, type Randomness } from '../../tensor/randomness.js';
import { tf } from '../../tensor/tensorflow.js';

const scoreGradient = compiled(['kept', 'dKept', 'weights', 'inward'], (o, kept, dKept, weights, inward) => [
  o.sub(o.mul(kept, dKept), o.mul(weights, inward)),
]);

/** softmax(queries · keysᵀ + bias) · values with dropout on the weights; its gradient keeps the weights. */
export function attendTaped(
  inputs: [queries: tf.Tensor4D, keys: tf.Tensor4D, values: tf.Tensor4D],
  bias: tf.Tensor4D | undefined,
  rate: number,
  randomness: Randomness | undefined,
): tf.Tensor4D {
  return differentiable(
    inputs,
    () => {
      const [queries, keys, values] = inputs;
      const scores = matMul(queries, keys, false, true); // (B, heads, T, T)
      const weights = tf.softmax(bias ? tf.add(scores, bias) : scores);
      const kept = dropout(weights, rate, randomness);
      const mixed = matMul(kept, values) as tf.Tensor4D; // (B, heads, T, D)
      return { value: mixed, kept: [...inputs, weights, kept, mixed] };
    },
    (dMixed, [queries, keys, values, weights, kept, mixed]) => {
      const dKept = matMul(dMixed, values, false, true); // by the weights after dropout (B, heads, T, T)
      // The sum over a row of weights times their gradients, as in FlashAttention (Dao et al. 2022).
      const inward = tf.sum(tf.mul(dMixed, mixed), -1, true); // (B, heads, T, 1)
      const [dScores] = scoreGradient(kept, dKept, weights, inward);
      return [matMul(dScores, keys), matMul(dScores, queries, true), matMul(kept, dMixed, true)]; // 3 × (B, heads, T, D)
    },
  );
}
