import { tf } from './tensorflow.js';

/** The part of tfjs-node's backend that runs operations of the native library. */
interface NativeBackend {
  binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_SHAPE' | 'TF_ATTR_STRING' | 'TF_FLOAT', number>;
  executeSingleOutput(op: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(op: string, attributes: object[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
}

const backend = (): NativeBackend => tf.backend() as unknown as NativeBackend;

/** TensorFlow's name for a variable without a name, which lives as long as its handle. */
const NAMELESS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

const float32 = (name: string): object => {
  const { TF_ATTR_TYPE, TF_FLOAT } = backend().binding;
  return { name, type: TF_ATTR_TYPE, value: TF_FLOAT };
};

/**
 * A float32 variable of the native library, by its handle: its numbers change in place, where TensorFlow.js makes new
 * ones. To free it, dispose the handle.
 *
 * @param initial - shared until the variable changes, not copied
 */
export function nativeVariable(initial: tf.Tensor): tf.Tensor {
  const { TF_ATTR_SHAPE, TF_ATTR_STRING } = backend().binding;
  const handle = backend().executeSingleOutput(
    'VarHandleOp',
    [
      float32('dtype'),
      { name: 'shape', type: TF_ATTR_SHAPE, value: initial.shape },
      { name: 'container', type: TF_ATTR_STRING, value: '' },
      { name: 'shared_name', type: TF_ATTR_STRING, value: NAMELESS },
    ],
    [],
  );
  backend().executeMultipleOutputs('AssignVariableOp', [float32('dtype')], [handle, initial], 0);
  return handle;
}

/** The numbers of a variable, shared until it changes. */
export function readNativeVariable(handle: tf.Tensor): tf.Tensor {
  return backend().executeSingleOutput('ReadVariableOp', [float32('dtype')], [handle]);
}

/**
 * A step of Adam in one pass over memory: changes `variable`, `m` and `v`, which are handles.
 *
 * @param settings - beta1^t, beta2^t, learning rate, beta1, beta2, epsilon: scalars
 */
export function applyAdam(
  variable: tf.Tensor,
  m: tf.Tensor,
  v: tf.Tensor,
  settings: readonly tf.Tensor[],
  gradient: tf.Tensor,
): void {
  const inputs = [variable, m, v, ...settings, gradient];
  backend().executeMultipleOutputs('ResourceApplyAdam', [float32('T')], inputs, 0);
}

/** The sum of squares: a scalar, in one pass without a copy. */
export function sumOfSquares(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.mul(backend().executeSingleOutput('L2Loss', [float32('T')], [x]), 2));
}
