import { tf } from '../tensorflow.js';

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
