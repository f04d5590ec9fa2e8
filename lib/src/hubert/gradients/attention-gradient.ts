import { matMul } from '../../tensor/autocast.js';
import { compiled } from '../../tensor/compiled.js';
import { differentiable } from '../../tensor/gradient-tape.js';
import { keptScale, type Randomness } from '../../tensor/randomness.js';
import { tf } from '../../tensor/tensorflow.js';

/** Weights scaled as dropout scales what it keeps, and negative where it keeps nothing. */
const signed = compiled(['weights', 'uniform', 'rate', 'scale'], (o, weights, uniform, rate, scale) => [
  o.mul(weights, o.mul(o.sub(o.mul(o.constant(2), o.greaterEqual(uniform, rate)), o.constant(1)), scale)),
]);

const scoreGradient = compiled(['signed', 'dKept', 'inward'], (o, signed, dKept, inward) => {
  const kept = o.greaterEqual(signed, o.constant(0));
  const sign = o.sub(o.mul(o.constant(2), kept), o.constant(1));
  return [o.mul(signed, o.sub(o.mul(kept, dKept), o.mul(sign, inward)))];
});

/**
 * softmax(queries · keysᵀ + bias) · values with dropout on the weights. Its gradient keeps one number for each weight, of
 * which the sign says whether it was dropped: for half a minute of sound, these are most of what a layer keeps.
 */
export function attendTaped(
  inputs: [queries: tf.Tensor4D, keys: tf.Tensor4D, values: tf.Tensor4D],
  bias: tf.Tensor4D | undefined,
  rate: number,
  randomness: Randomness | undefined,
): tf.Tensor4D {
  const drops = randomness !== undefined && rate > 0;
  const scale = drops ? keptScale(rate) : 1;
  const keptOf = (signedWeights: tf.Tensor4D) => (drops ? tf.relu(signedWeights) : signedWeights);
  return differentiable(
    inputs,
    () => {
      const [queries, keys, values] = inputs;
      const kept = tf.tidy(() => {
        const weights = weightsOf(queries, keys, bias); // (B, heads, T, T)
        return drops
          ? signed(weights, randomness.uniform(weights.shape), tf.scalar(rate), tf.scalar(scale))[0]
          : weights;
      }) as tf.Tensor4D;
      const mixed = tf.tidy(() => matMul(keptOf(kept), values)); // (B, heads, T, D)
      return { value: mixed, kept: [...inputs, kept, mixed] };
    },
    (dMixed, [queries, keys, values, signedWeights, mixed]) => {
      const dValues = tf.tidy(() => matMul(keptOf(signedWeights as tf.Tensor4D), dMixed, true)); // (B, heads, T, D)
      const dScores = tf.tidy(() => {
        const dKept = matMul(dMixed, values as tf.Tensor4D, false, true); // by the weights after dropout (B, heads, T, T)
        // The sum over a row of weights times their gradients, as in FlashAttention (Dao et al. 2022).
        const inward = tf.sum(tf.mul(dMixed, mixed), -1, true); // (B, heads, T, 1)
        return scoreGradient(signedWeights, dKept, scale > 0 ? tf.div(inward, scale) : inward)[0];
      });
      return [matMul(dScores, keys), matMul(dScores, queries, true), dValues]; // 3 × (B, heads, T, D)
    },
  );
}

function weightsOf(queries: tf.Tensor4D, keys: tf.Tensor4D, bias: tf.Tensor4D | undefined): tf.Tensor4D {
  return tf.tidy(() => {
    const scores = tf.tidy(() => {
      const products = matMul(queries, keys, false, true); // (B, heads, T, T)
      return bias ? tf.add<tf.Tensor4D>(products, bias) : products;
    });
    return tf.softmax(scores);
  });
}
