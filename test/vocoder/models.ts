import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FloatMatrix, type Waveform } from 'onpa';
import { seededAudio, uniform } from 'onpa/dist/doctor/seeded-weights.js';
import { inRepository } from '../fixtures.js';

/** The folder of a tiny checkpoint. */
export const checkpoint = (name: string): string => inRepository('test', 'fixtures', 'vocoder', name);

/** Numbers in the range of a mel spectrogram's logarithms, as test/reference makes them. */
export function melLike(key: string, [...shape]: readonly number[]): FloatMatrix {
  const columns = shape.pop()!;
  const rows = shape.reduce((product, size) => product * size, 1);
  return new FloatMatrix(
    rows,
    columns,
    uniform(key, rows * columns, (u) => u * 3 - 2),
  );
}

/** The sound of the fixtures. */
export const soundOf = (length: number, sampleRate: number): Waveform => ({
  samples: seededAudio(0, length),
  sampleRate,
});

/** The largest absolute difference; NaN where one number is. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers instead of ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
  return largest;
}

/** The same, absolute or relative to the largest expected number, whichever is smaller. */
export const relativeDifference = (actual: ArrayLike<number>, expected: ArrayLike<number>): number =>
  largestDifference(actual, expected) / Math.max(1, largestDifference(expected, new Float32Array(expected.length)));

/** A copy of a tiny checkpoint to spoil, which exists while `use` runs. */
export async function inCopy<T>(name: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'onpa-vocoder-'));
  try {
    await cp(checkpoint(name), folder, { recursive: true });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
