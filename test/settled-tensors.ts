import { tf } from 'onpa';
import { collectGarbage } from './collect-garbage.js';

/** How many tensors there are once those are freed that tests before have forgotten: later they would be missed by a count. */
export async function settledTensors(): Promise<number> {
  await collectGarbage(3);
  return tf.memory().numTensors;
}
