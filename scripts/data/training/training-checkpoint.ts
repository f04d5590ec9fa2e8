import { existsSync } from 'node:fs';
import { openCheckpoint, saveSafetensors, type TensorData, tf } from 'onpa';
import type { AdamW } from 'onpa/dist/training/run/adamw.js';
import type { Muon } from './muon.js';

/** What is trained, and what moves it: each parameter is AdamW's or Muon's. */
export interface Training {
  parameters: ReadonlyMap<string, tf.Variable>;
  adamw: AdamW;
  muon?: Muon;
}

/** Writes parameters and moments, so that a training that was ended goes on from here. */
export async function saveTraining(path: string, step: number, { parameters, adamw, muon }: Training): Promise<void> {
  const tensors = new Map<string, TensorData>();
  const keep = (name: string, tensor: tf.Tensor) =>
    tensors.set(name, { shape: tensor.shape, data: tensor.dataSync() as Float32Array });
  for (const [name, variable] of parameters) keep(name, variable);
  for (const [name, momentum] of muon?.state() ?? []) keep(`momentum ${name}`, momentum);
  for (const [name, { shape, values }] of adamw.state()) {
    tensors.set(`m ${name}`, { shape, data: values.exp_avg });
    tensors.set(`v ${name}`, { shape, data: values.exp_avg_sq });
  }
  await saveSafetensors(path, tensors, { step: String(step) });
}

/** Takes over what {@link saveTraining} wrote, where there is such a file, and tells how many steps were taken. */
export async function resumeTraining(path: string, { parameters, adamw, muon }: Training): Promise<number> {
  if (!existsSync(path)) return 0;
  const checkpoint = await openCheckpoint(path);
  try {
    const steps = Number(checkpoint.metadata.step);
    for (const [name, variable] of parameters) {
      const read = (what: string) => checkpoint.float32(`${what}${name}`);
      const { shape } = variable;
      tf.tidy(() => variable.assign(tf.mul(tf.tensor(read(''), shape), 1)));
      if (muon?.has(name)) muon.restore(name, tf.tensor(read('momentum '), shape));
      else adamw.restore(name, { shape, steps, values: { exp_avg: read('m '), exp_avg_sq: read('v ') } });
    }
    return steps;
  } finally {
    checkpoint.close();
  }
}
