import { existsSync } from 'node:fs';
import { openCheckpoint, saveSafetensors, type TensorData, tf } from 'onpa';
import type { AdamW } from 'onpa/dist/training/run/adamw.js';

/** Writes parameters and moments, so that a training that was ended goes on from here. */
export async function saveTraining(
  path: string,
  step: number,
  parameters: ReadonlyMap<string, tf.Variable>,
  optimizer: AdamW,
): Promise<void> {
  const tensors = new Map<string, TensorData>();
  for (const [name, variable] of parameters) {
    tensors.set(name, { shape: variable.shape, data: variable.dataSync() as Float32Array });
  }
  for (const [name, { shape, m, v }] of optimizer.state()) {
    tensors.set(`m ${name}`, { shape, data: m });
    tensors.set(`v ${name}`, { shape, data: v });
  }
  await saveSafetensors(path, tensors, { step: String(step) });
}

/** Takes over what {@link saveTraining} wrote, where there is such a file, and tells how many steps were taken. */
export async function resumeTraining(
  path: string,
  parameters: ReadonlyMap<string, tf.Variable>,
  optimizer: AdamW,
): Promise<number> {
  if (!existsSync(path)) return 0;
  const checkpoint = await openCheckpoint(path);
  try {
    const steps = Number(checkpoint.metadata.step);
    for (const [name, variable] of parameters) {
      const { shape } = variable;
      tf.tidy(() => variable.assign(tf.mul(tf.tensor(checkpoint.float32(name), shape), 1)));
      const [m, v] = [`m ${name}`, `v ${name}`].map((moment) => checkpoint.float32(moment));
      optimizer.restore(name, { shape, m, v, steps });
    }
    return steps;
  } finally {
    checkpoint.close();
  }
}
