import { tf } from '../tensorflow.js';

/** Whether a gradient is being recorded, so that nothing may be freed or computed around TensorFlow's tape. */
export function recording(): boolean {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/** Computes what no gradient flows back from. */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  return tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))() as T;
}
