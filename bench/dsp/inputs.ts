import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { example, load, stft } from 'onpa';
import { root } from '../setup.js';

/** The files that both peers read: numbers are float32. */
export interface DspInputs {
  recording: string;
  samples: string;
  magnitude: string;
}

/** Writes the trumpet, repeated to this length at 22,050 Hz, and its STFT's magnitude. */
export async function writeInputs(seconds: number): Promise<DspInputs> {
  const folder = join(root, 'build', 'bench-data');
  mkdirSync(folder, { recursive: true });
  const recording = await example('trumpet');
  const trumpet = await load(recording);
  const samples = new Float32Array(seconds * trumpet.sampleRate);
  for (let i = 0; i < samples.length; i += trumpet.samples.length) {
    samples.set(trumpet.samples.subarray(0, samples.length - i), i);
  }
  const files = { recording, samples: join(folder, `${seconds}.f32`), magnitude: join(folder, `${seconds}-abs.f32`) };
  writeFileSync(files.samples, samples);
  writeFileSync(files.magnitude, stft(samples).magnitude().data);
  return files;
}
