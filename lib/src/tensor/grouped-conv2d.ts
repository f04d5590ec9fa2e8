import { differentiable } from './gradient-tape.js';
import { isSupported, nativeConv2d, nativeConv2dFilterGradient, nativeConv2dGradient } from './native.js';
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
      filterGradient(image as tf.Tensor4D, taps.shape, dy),
    ],
  );
}

/** Frames of a gradient that are a row of their own: with few long rows, oneDNN is half as fast. */
const ROW = 256;

/** The gradient by the filter, of this shape (1, K, C / groups, C): a sum over pieces of time as over rows of a batch. */
function filterGradient(x: tf.Tensor4D, shape: number[], dy: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, , frames, channels] = dy.shape;
    const pieces = Math.ceil(frames / ROW);
    if (pieces === 1) return nativeConv2dFilterGradient(x, shape, dy);
    const length = Math.ceil(frames / pieces);
    const rows = (whole: tf.Tensor4D, overlap: number) => {
      // Zeros behind the end add nothing.
      const padded = tf.pad(whole, [
        [0, 0],
        [0, 0],
        [0, pieces * length - frames],
        [0, 0],
      ]);
      const piece = (_: unknown, i: number) =>
        tf.slice(padded, [0, 0, i * length, 0], [batch, 1, length + overlap, channels]);
      return tf.concat(Array.from({ length: pieces }, piece), 0) as tf.Tensor4D; // (B · pieces, 1, length + overlap, C)
    };
    return nativeConv2dFilterGradient(rows(x, shape[1] - 1), shape, rows(dy, 0));
  });
}

/** Whether this TensorFlow convolves in groups and has both gradients: on a CPU, oneDNN has, and the plain kernels have not. */
const convolvesInGroups = isSupported(() => {
  const [x, filter]: tf.Tensor4D[] = [tf.ones([1, 1, 2, 4]), tf.ones([1, 1, 2, 4])];
  const y = nativeConv2d(x, filter);
  for (const gradient of [nativeConv2dGradient(x.shape, filter, y), nativeConv2dFilterGradient(x, filter.shape, y)]) {
    gradient.dataSync();
  }
  return true;
});
