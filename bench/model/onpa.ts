// A forward pass of onpa, or TensorFlow's matrix product, called as often as standard input says. Arguments: the precision;
// the task as JSON.
import { AutoModelForAudioClassification, tf } from 'onpa';
import { peakMemory } from '../memory.js';
import { serve } from '../serve.js';
import type { Task } from './cases.js';
import { readRows } from './inputs.js';

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[3]) as Task;
  // TensorFlow is loaded at first use.
  const backend = tf.backend() as unknown as { isUsingGpuDevice: boolean };
  const ready = { idle: peakMemory(), ...(backend.isUsingGpuDevice && { device: 'TensorFlow: GPU' }) };
  if ('matmul' in task) {
    const [a, b] = [0, 1].map(() => tf.randomUniform([task.matmul, task.matmul]));
    // Reading one number waits for a GPU.
    return serve(() => tf.tidy(() => tf.slice(tf.matMul(a, b), [0, 0], [1, 1]).dataSync()), ready);
  }
  const model = await AutoModelForAudioClassification.fromPretrained(task.model, {
    dtype: process.argv[2] as 'float32',
  });
  const inputValues = readRows(task.input, task.batch);
  let logits: ArrayLike<number> = [];
  const work = async () => {
    const output = model.forward({ inputValues });
    logits = await output.logits.data();
    output.logits.dispose();
  };
  await serve(work, ready, () => Array.from(logits));
}

main();
