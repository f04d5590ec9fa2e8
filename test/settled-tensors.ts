import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tf } from 'onpa';

/** How many tensors there are once those are freed that tests before have forgotten: later they would be missed by a count. */
export async function settledTensors(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let i = 0; i < 3; i++) {
    collect();
    await setImmediate();
  }
  return tf.memory().numTensors;
}
