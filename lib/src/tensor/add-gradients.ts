import { tf } from './tensorflow.js';

/**
 * The sum of two sets of gradients over the union of their names: what only one set has, for instance a layer that layer
 * drop left out of the other, stays as it is. Takes the tensors of both.
 */
export function addGradients(a: tf.NamedTensorMap, b: tf.NamedTensorMap): tf.NamedTensorMap {
  const sum = { ...a };
  for (const [name, tensor] of Object.entries(b)) {
    const before = sum[name];
    sum[name] = before ? tf.add(before, tensor) : tensor;
    if (before) tf.dispose([before, tensor]);
  }
  return sum;
}
