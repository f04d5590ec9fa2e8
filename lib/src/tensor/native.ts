import { nativeBackend, tf } from './tensorflow.js';

/** The value of an operation's attribute: a data type, a truth, a shape, integers, or a string. */
type Attribute = 'float32' | 'int32' | boolean | { shape: number[] } | { integers: number[] } | { string: string };

/** Runs an operation of the native library that TensorFlow.js has no function for. It has no gradient. */
export function nativeOperation(
  op: string,
  attributes: Record<string, Attribute>,
  inputs: tf.Tensor[],
  outputs: number = 1,
): tf.Tensor[] {
  const backend = nativeBackend();
  const { binding } = backend;
  const described = Object.entries(attributes).map(([name, value]) => {
    if (value === 'float32') return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    if (value === 'int32') return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 };
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    if ('shape' in value) return { name, type: binding.TF_ATTR_SHAPE, value: value.shape };
    if ('integers' in value) return { name, type: binding.TF_ATTR_INT, value: value.integers };
    return { name, type: binding.TF_ATTR_STRING, value: value.string };
  });
  return backend.executeMultipleOutputs(op, described, inputs, outputs);
}

/** Whether TensorFlow computes on a GPU. */
export const usesGpu = (): boolean => nativeBackend().isUsingGpuDevice;

/** A function that tells whether this TensorFlow can do what `check` tries, which may throw; it is tried once. */
export function isSupported(check: () => boolean): () => boolean {
  let supported: boolean | undefined;
  return () => {
    if (supported !== undefined) return supported;
    // Outside: where TensorFlow is not linked, that is the error.
    tf.backend();
    try {
      supported = tf.tidy(check);
    } catch {
      supported = false;
    }
    return supported;
  };
}

/** TensorFlow's own Conv2D, which takes filters of fewer input channels as groups; `tf.conv2d` refuses them. */
export function nativeConv2d(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  return nativeOperation('Conv2D', convolutionOf(1), [x, filter])[0] as tf.Tensor4D;
}

/** The gradient by the input of a {@link nativeConv2d} of this shape, whose filter moves by `stride` along the width. */
export function nativeConv2dGradient(shape: number[], filter: tf.Tensor, dy: tf.Tensor, stride = 1): tf.Tensor4D {
  const inputs = [tf.tensor1d(shape, 'int32'), filter, dy];
  return nativeOperation('Conv2DBackpropInput', convolutionOf(stride), inputs)[0] as tf.Tensor4D;
}

/** The gradient by the filter, of this shape, of a {@link nativeConv2d}, from that by what it gives. */
export function nativeConv2dFilterGradient(x: tf.Tensor4D, shape: number[], dy: tf.Tensor4D): tf.Tensor4D {
  return nativeOperation('Conv2DBackpropFilter', convolutionOf(1), [
    x,
    tf.tensor1d(shape, 'int32'),
    dy,
  ])[0] as tf.Tensor4D;
}

/**
 * The product of two matrices, the first as it is or transposed, which has no gradient. `tf.matMul` runs the operation for
 * batches, which is half as fast where the second matrix is wide.
 */
export function nativeMatMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean): tf.Tensor2D {
  const attributes = { T: 'float32', transpose_a: transposeA, transpose_b: false } as const;
  return nativeOperation('MatMul', attributes, [a, b])[0] as tf.Tensor2D;
}

function convolutionOf(stride: number): Record<string, Attribute> {
  return {
    T: 'float32',
    strides: { integers: [1, 1, stride, 1] },
    padding: { string: 'VALID' },
    data_format: { string: 'NHWC' },
  };
}
