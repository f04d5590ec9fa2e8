import { differentiable } from './gradient-tape.js';
import { isSupported, nativeConv2d, nativeConv2dGradient } from './native.js';
import { tf } from './tensorflow.js';

/** x (B, 1, T, C), filter (1, K, C / groups, C) → (B, 1, T - K + 1, C): each group of channels from its own inputs. */
export function groupedConv2d(x: tf.Tensor4D, filter: tf.Tensor4D, groups: number): tf.Tensor4D {
  if (!convolvesInGroups()) {
    const inputs = tf.split(x, groups, 3) as tf.Tensor4D[]; // groups × (B, 1, T, C / groups)
    const filters = tf.split(filter, groups, 3) as tf.Tensor4D[]; // groups × (1, K, C / groups, C / groups)
    const outputs = inputs.map((input, i) => tf.conv2d<tf.Tensor4D>(input, filters[i], 1, 'valid'));
    return tf.concat(outputs, 3); // (B, 1, T - K + 1, C)
  }
  return differentiable(
    [x, filter],
    () => ({ value: nativeConv2d(x, filter), kept: [x, filter] }),
    (dy, [image, taps]) => [
      nativeConv2dGradient(image.shape, taps, dy),
      filterGradient(image as tf.Tensor4D, dy, groups),
    ],
  );
}

/**
 * The gradient by the filter (1, K, C / groups, C) is a convolution in groups too, with dy as its filter: input channels
 * take the place of rows, rows that of input channels.
 */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [rows, , length, channels] = x.shape;
  const split = tf.reshape(x, [rows, length, groups, channels / groups]); // (B, T, groups, C / groups)
  // (C / groups, 1, T, groups · B)
  const image = tf.reshape(tf.transpose(split, [3, 1, 2, 0]), [channels / groups, 1, length, groups * rows]);
  const filter = tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D; // (1, T - K + 1, B, C)
  const gradient = nativeConv2d(image as tf.Tensor4D, filter); // (C / groups, 1, K, C)
  return tf.transpose(gradient, [1, 2, 0, 3]); // (1, K, C / groups, C)
}

/**
 * Whether this TensorFlow convolves in groups and has the gradient by the input: on a CPU, oneDNN has both and the plain
 * kernels have at most the first.
 */
const convolvesInGroups = isSupported(() => {
  const [x, filter]: tf.Tensor4D[] = [tf.ones([1, 1, 2, 4]), tf.ones([1, 1, 2, 4])];
  nativeConv2dGradient(x.shape, filter, nativeConv2d(x, filter)).dataSync();
  return true;
});
