import assert from 'node:assert/strict';
import { tf } from 'onpa';
import { attendTaped } from 'onpa/dist/hubert/gradients/attention-gradient.js';
import { Randomness } from 'onpa/dist/tensor/randomness.js';

/** Two clips, heads of 8 numbers; with the more frames, weights are many enough to be worked on by compiled functions. */
const [BATCH, HEADS, WIDTH] = [2, 2, 8];
const FRAMES = [5, 270];

/** Queries, keys and values, and what the result is multiplied with for a sum. */
function inputs(frames: number): tf.Tensor4D[] {
  const randomness = new Randomness(7);
  return Array.from({ length: 4 }, () => randomness.normal([BATCH, HEADS, frames, WIDTH]) as tf.Tensor4D);
}

/** The last two frames of the second clip are padding. */
function paddingOf(frames: number): tf.Tensor4D {
  const values = Array.from({ length: BATCH * frames }, (_, i) => (i < BATCH * frames - 2 ? 0 : -1e30));
  return tf.tensor4d(values, [BATCH, 1, 1, frames]);
}

/** By operations whose gradients are TensorFlow.js's. */
function attendPlainly(
  [queries, keys, values]: tf.Tensor[],
  bias: tf.Tensor4D | undefined,
  rate: number,
  randomness: Randomness,
): tf.Tensor {
  const scores = tf.matMul(queries, keys, false, true);
  const weights = tf.softmax(bias ? tf.add(scores, bias) : scores);
  if (rate === 0) return tf.matMul(weights, values);
  const mask = tf.cast(tf.greaterEqual(randomness.uniform(weights.shape), rate), 'float32');
  return tf.matMul(tf.mul(weights, tf.mul(mask, rate < 1 ? 1 / (1 - rate) : 0)), values);
}

describe('Attention with dropout, while a gradient is recorded', () => {
  for (const frames of FRAMES) {
    for (const rate of [0, 0.3, 1]) {
      for (const padded of [false, true]) {
        const title = `${frames} frames, ${rate} of the weights dropped${padded ? ', padding' : ''}`;
        it(`${title}: the value and the gradients are those of the plain operations`, () => {
          tf.tidy(() => {
            const [queries, keys, values, factor] = inputs(frames);
            const bias = padded ? paddingOf(frames) : undefined;
            const found = tf.valueAndGrads((q, k, v) =>
              tf.sum(
                tf.mul(
                  attendTaped([q, k, v] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D], bias, rate, new Randomness(3)),
                  factor,
                ),
              ),
            )([queries, keys, values]);
            const expected = tf.valueAndGrads((...given) =>
              tf.sum(tf.mul(attendPlainly(given, bias, rate, new Randomness(3)), factor)),
            )([queries, keys, values]);
            for (const [i, one] of [expected.value, ...expected.grads].entries()) {
              const off = tf.max(tf.abs(tf.sub([found.value, ...found.grads][i], one))).dataSync()[0];
              const largest = tf.max(tf.abs(one)).dataSync()[0];
              assert.ok(off <= 1e-5 * Math.max(1, largest), `${i} is off by ${off} of ${largest}`);
            }
          });
        });
      }
    }
  }
});
