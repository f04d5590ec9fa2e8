import { activate } from '../tensor/activation.js';
import { linear, type ParameterLookup, under } from '../tensor/functional.js';
import type { ParameterSpec } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import { linearSpecs } from './cluster-head.js';

/** How wide a student's heads are. */
interface Widths {
  /** The student. */
  input: number;
  /** Within a head. */
  inner: number;
  /** The teacher. */
  output: number;
}

/** The parameters of a head for each layer: s3prl's Linear, GELU and SplitLinear. */
export function layerHeadParameters(heads: number, { input, inner, output }: Widths): Map<string, ParameterSpec> {
  const bound = inner ** -0.5;
  const init = { uniform: [-bound, bound] } as const;
  const last: [string, ParameterSpec][] =
    heads === 1
      ? linearSpecs('output_layer.2.layer', output, inner)
      : [
          ['output_layer.2.weight', { shape: [heads, inner, output], init }],
          ['output_layer.2.bias', { shape: [1, 1, heads, output], init }],
        ];
  return new Map([...linearSpecs('output_layer.0', inner * heads, input), ...last]);
}

/** What the heads make of a student's frames: (B, T, C) → (heads, B, T, the teacher's C). */
export function layerPredictions(frames: tf.Tensor3D, heads: number, parameters: ParameterLookup): tf.Tensor4D {
  const [batch, length, width] = frames.shape;
  const own = under(parameters, 'output_layer');
  const rows = tf.reshape(frames, [-1, width]) as tf.Tensor2D; // (B · T, C)
  const inner = activate(linear(rows, under(own, '0')), 'gelu'); // (B · T, heads · inner)
  const outer = heads === 1 ? linear(inner, under(own, '2.layer')) : split(inner, heads, under(own, '2'));
  return tf.reshape(outer, [heads, batch, length, -1]) as tf.Tensor4D;
}

/** Each head's product with its own matrix: (N, heads · inner) → (heads, N, outer). */
function split(inner: tf.Tensor2D, heads: number, parameters: ParameterLookup): tf.Tensor {
  const each = tf.transpose(tf.reshape(inner, [inner.shape[0], heads, -1]), [1, 0, 2]); // (heads, N, inner)
  const bias = tf.transpose(tf.squeeze(parameters('bias'), [0]), [1, 0, 2]); // (heads, 1, outer)
  return tf.add(tf.matMul(each, parameters('weight')), bias);
}
