import { tf } from './tensorflow.js';

/** The value of an operation's attribute: a data type, integers, or a string. */
type Attribute = { type: 'float32' | 'int32' } | number[] | string;

interface NativeBackend {
  binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_FLOAT' | 'TF_INT32', number>;
  executeSingleOutput(op: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
}

/** Runs an operation of the native library that TensorFlow.js has no function for. It has no gradient. */
export function nativeOperation(op: string, attributes: Record<string, Attribute>, inputs: tf.Tensor[]): tf.Tensor {
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_ATTR_INT, TF_ATTR_STRING, TF_FLOAT, TF_INT32 } = backend.binding;
  const described = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'string') return { name, type: TF_ATTR_STRING, value };
    if (Array.isArray(value)) return { name, type: TF_ATTR_INT, value };
    return { name, type: TF_ATTR_TYPE, value: value.type === 'float32' ? TF_FLOAT : TF_INT32 };
  });
  return backend.executeSingleOutput(op, described, inputs);
}

/** Whether TensorFlow computes on a GPU. */
export function usesGpu(): boolean {
  return (tf.backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
}

/** TensorFlow's own Conv2D, which takes filters of fewer input channels as groups; `tf.conv2d` refuses them. */
export function nativeConv2d(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  return nativeOperation('Conv2D', convolutionOf(1), [x, filter]) as tf.Tensor4D;
}

/** The gradient by the input of a {@link nativeConv2d} of this shape, whose filter moves by `stride` along the width. */
export function nativeConv2dGradient(shape: number[], filter: tf.Tensor, dy: tf.Tensor, stride = 1): tf.Tensor4D {
  const inputs = [tf.tensor1d(shape, 'int32'), filter, dy];
  return nativeOperation('Conv2DBackpropInput', convolutionOf(stride), inputs) as tf.Tensor4D;
}

function convolutionOf(stride: number): Record<string, Attribute> {
  return { T: { type: 'float32' }, strides: [1, 1, stride, 1], padding: 'VALID', data_format: 'NHWC' };
}
