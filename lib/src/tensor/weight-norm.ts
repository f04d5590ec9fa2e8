import { compiled } from './compiled.js';
import { differentiable } from './gradient-tape.js';
import { tf } from './tensorflow.js';

/**
 * A kernel of taps that have lengths of their own (Salimans & Kingma 2016): direction (C, C / G, K) and lengths (1, 1, K) →
 * taps (K, C / G, C).
 *
 * @see Python: `torch.nn.utils.parametrizations.weight_norm(conv, dim=2)`
 */
export function weightNorm(length: tf.Tensor, direction: tf.Tensor): tf.Tensor3D {
  const lengths = (): tf.Tensor => tf.reshape(length, [-1, 1, 1]); // (K, 1, 1)
  return differentiable(
    [length, direction],
    () => {
      const taps = tf.transpose(direction, [2, 1, 0]) as tf.Tensor3D; // (K, C / G, C)
      const norms = tf.sqrt(inner(taps, taps)); // (K, 1, 1)
      return { value: tf.mul<tf.Tensor3D>(taps, tf.div(lengths(), norms)), kept: [taps, norms] };
    },
    (dy, [taps, norms]) => {
      const along = tf.div(inner(dy, taps as tf.Tensor3D), norms); // (K, 1, 1)
      const scale = tf.div(lengths(), norms);
      const [dTaps] = across(dy, taps, scale, tf.div(tf.mul(scale, along), norms));
      return [tf.reshape(along, length.shape), tf.transpose(dTaps, [2, 1, 0])]; // (1, 1, K), (C, C / G, K)
    },
  );
}

const across = compiled(['dy', 'taps', 'scale', 'share'], (o, dy, taps, scale, share) => [
  o.sub(o.mul(dy, scale), o.mul(taps, share)),
]);

/** The inner product of each two taps: (K, C / G, C) → (K, 1, 1). */
function inner(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor {
  const rows = [a, b].map((x) => tf.reshape(x, [x.shape[0], 1, -1])); // (K, 1, C / G · C)
  return tf.matMul(rows[0], rows[1], false, true);
}
