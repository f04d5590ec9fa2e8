import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, saveSafetensors, type TensorData, type Vocos } from 'onpa';
import { toFloat16 } from 'onpa/dist/onnx/float16.js';

/** Writes a model as `savePretrained` does, its weights in half precision, which are half as large; windows and filters stay exact. */
export async function saveHalf(vocos: Vocos, folder: string): Promise<void> {
  const whole = await mkdtemp(join(tmpdir(), 'mini-vocos-'));
  try {
    await vocos.savePretrained(whole);
    const checkpoint = await openCheckpoint(join(whole, 'model.safetensors'));
    const tensors = new Map<string, TensorData>();
    for (const [name, { shape }] of checkpoint.tensors) {
      const data = checkpoint.float32(name);
      const isWeight = vocos.parameters.has(name);
      tensors.set(name, isWeight ? { shape, data: toFloat16(data), dtype: 'F16' } : { shape, data });
    }
    checkpoint.close();
    await mkdir(folder, { recursive: true });
    await saveSafetensors(join(folder, 'model.safetensors'), tensors);
    await copyFile(join(whole, 'config.yaml'), join(folder, 'config.yaml'));
  } finally {
    await rm(whole, { recursive: true });
  }
}
