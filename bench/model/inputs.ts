import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.js';
import { type ModelCase, SAMPLING_RATE } from './cases.js';

/** Writes the rows of a case as float32, one after the other, and gives the file's path. */
export function writeInput({ name, seconds, batch }: Pick<ModelCase, 'name' | 'seconds' | 'batch'>): string {
  const folder = join(root, 'build', 'bench-data');
  mkdirSync(folder, { recursive: true });
  const samples = seconds * SAMPLING_RATE;
  const rows = new Float32Array(batch * samples);
  for (let row = 0; row < batch; row++) rows.set(clip(row, samples), row * samples);
  const path = join(folder, `${name}.f32`);
  writeFileSync(path, rows);
  return path;
}

/** The rows of such a file. */
export function readRows(path: string, batch: number): Float32Array[] {
  const { buffer, byteOffset, length } = readFileSync(path);
  const samples = length / 4 / batch;
  return Array.from({ length: batch }, (_, row) => new Float32Array(buffer, byteOffset + 4 * row * samples, samples));
}

/** A tone with harmonics that sounds anew twice a second, and noise: mean 0 and variance 1, as the feature extractor gives. */
function clip(row: number, length: number): Float32Array {
  const samples = new Float32Array(length);
  let state = row + 1;
  for (let i = 0; i < length; i++) {
    const phase = (2 * Math.PI * 110 * (row + 2) * i) / SAMPLING_RATE;
    const decay = Math.exp((-6 * (i % (SAMPLING_RATE / 2))) / SAMPLING_RATE);
    // The noise of a linear congruential generator, with the constants of Numerical Recipes.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    samples[i] = decay * (Math.sin(phase) + Math.sin(2 * phase) / 2 + Math.sin(3 * phase) / 3) + state / 2 ** 33;
  }
  const mean = samples.reduce((sum, x) => sum + x, 0) / length;
  const deviation = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / length);
  return samples.map((x) => (x - mean) / deviation);
}
