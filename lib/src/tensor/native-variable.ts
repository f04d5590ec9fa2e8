import { nativeOperation } from './native.js';
import { tf } from './tensorflow.js';

/** TensorFlow's name for a variable without a name, which lives as long as its handle. */
const NAMELESS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

/**
 * A float32 variable of the native library, by its handle: its numbers change in place, where TensorFlow.js makes new
 * ones. To free it, dispose the handle.
 *
 * @param initial - shared until the variable changes, not copied
 */
export function nativeVariable(initial: tf.Tensor): tf.Tensor {
  const attributes = {
    dtype: 'float32',
    shape: { shape: initial.shape },
    container: { string: '' },
    shared_name: { string: NAMELESS },
  } as const;
  const [handle] = nativeOperation('VarHandleOp', attributes, []);
  nativeOperation('AssignVariableOp', { dtype: 'float32' }, [handle, initial], 0);
  return handle;
}

/** The numbers of a variable, shared until it changes. */
export function readNativeVariable(handle: tf.Tensor): tf.Tensor {
  return nativeOperation('ReadVariableOp', { dtype: 'float32' }, [handle])[0];
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
  nativeOperation('ResourceApplyAdam', { T: 'float32' }, inputs, 0);
}

/** The sum of squares: a scalar, in one pass without a copy. */
export function sumOfSquares(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.mul(nativeOperation('L2Loss', { T: 'float32' }, [x])[0], 2));
}
