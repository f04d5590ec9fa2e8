import { execFileSync } from 'node:child_process';
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

/**
 * Writes the trumpet, repeated to this length at 22,050 Hz, its STFT's magnitude, and, for `ending`, a recording of it.
 *
 * @param python - one with soundfile, which writes the recording
 */
export async function writeInputs(seconds: number, python: string, ending = 'wav'): Promise<DspInputs> {
  const folder = join(root, 'build', 'bench-data');
  mkdirSync(folder, { recursive: true });
  const trumpet = await load(await example('trumpet'));
  const samples = new Float32Array(seconds * trumpet.sampleRate);
  for (let i = 0; i < samples.length; i += trumpet.samples.length) {
    samples.set(trumpet.samples.subarray(0, samples.length - i), i);
  }
  const [recording, floats, magnitude] = [`.${ending}`, '.f32', '-abs.f32'].map((end) =>
    join(folder, `${seconds}${end}`),
  );
  const files = { recording, samples: floats, magnitude };
  writeFileSync(files.samples, samples);
  writeFileSync(files.magnitude, stft(samples).magnitude().data);
  execFileSync(python, [join(root, 'bench', 'dsp', 'write_recording.py'), files.samples, recording]);
  return files;
}
