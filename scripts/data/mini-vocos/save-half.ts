import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, saveSafetensors, type TensorData, type Vocos } from 'onpa';

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
      tensors.set(name, isWeight ? { shape, data: Uint16Array.from(data, halfOf), dtype: 'F16' } : { shape, data });
    }
    checkpoint.close();
    await mkdir(folder, { recursive: true });
    await saveSafetensors(join(folder, 'model.safetensors'), tensors);
    await copyFile(join(whole, 'config.yaml'), join(folder, 'config.yaml'));
  } finally {
    await rm(whole, { recursive: true });
  }
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The 16 bits of the half-precision number that is nearest, of which the even one where two are. */
export function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24); // a subnormal number, or the least that is none
  float[0] = size;
  const exponent = (bits[0] >>> 23) - 127 + 15;
  const half = (exponent << 10) + roundEven((bits[0] & 0x7fffff) / 2 ** 13);
  return sign | Math.min(half, 0x7c00);
}

function roundEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
