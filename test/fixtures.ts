import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FloatMatrix, load } from 'onpa';

/** Reads test/fixtures: what librosa, NumPy, SciPy and libsndfile gave. test/reference makes them. */

export type Numbers = Float32Array | Float64Array | Int16Array | Int32Array;

export interface Tensor<T extends Numbers = Numbers> {
  shape: number[];
  data: T;
}

export interface Fixture<Case> {
  /** What was computed with which options, by name. */
  cases: Record<string, Case>;
  /** @throws Error if there is no tensor of this name and type. */
  tensor<T extends keyof typeof TYPES>(name: string, type: T): Tensor<InstanceType<(typeof TYPES)[T]>>;
}

const TYPES = { F32: Float32Array, F64: Float64Array, I16: Int16Array, I32: Int32Array } as const;

/** A tensor's line in the header of a safetensors file. */
interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const root = (() => {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    try {
      if (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'onpa-course') return folder;
    } catch {
      if (folder === dirname(folder)) throw new Error('the tests lie outside the repository');
    }
  }
})();

/** A path in the repository. */
export const inRepository = (...parts: string[]): string => join(root, ...parts);

/** The path of a file in test/fixtures/audio. */
export const audio = (name: string): string => inRepository('test', 'fixtures', 'audio', name);

/** The fixture `test/fixtures/<name>.safetensors`. */
export function fixture<Case>(name: string): Fixture<Case> {
  const bytes = readFileSync(inRepository('test', 'fixtures', `${name}.safetensors`));
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  const { __metadata__: metadata, ...entries } = JSON.parse(header);
  return {
    cases: JSON.parse(metadata.fixture).cases,
    tensor(key, type) {
      const entry: Entry | undefined = entries[key];
      if (entry?.dtype !== type) throw new Error(`${name}: '${key}' is ${entry?.dtype ?? 'missing'}, not ${type}`);
      const [from, to] = entry.data_offsets.map((offset) => 8 + headerLength + offset);
      const aligned = bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to);
      return { shape: entry.shape, data: new TYPES[type](aligned) } as never;
    },
  };
}

/** The largest difference of two arrays, relative to the reference's largest absolute value (or `peak`). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, peak?: number): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers instead of ${expected.length}`);
  const largest = peak ?? maximum(expected.length, (i) => Math.abs(expected[i]));
  return maximum(expected.length, (i) => Math.abs(actual[i] - expected[i])) / (largest || 1);
}

/** The largest of f(0) … f(n − 1), 0 if there is none, NaN if one is NaN. */
function maximum(n: number, f: (i: number) => number): number {
  let result = 0;
  for (let i = 0; i < n; i++) result = Math.max(result, f(i));
  return result;
}

/** The entries of a matrix in some rows and columns, row-major. */
export function sampled(matrix: FloatMatrix, rows: ArrayLike<number>, columns: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    Array.from(rows).flatMap((i) => Array.from(columns, (j) => matrix.data[i * matrix.columns + j])),
  );
}

/** The entries at some positions. */
export const at = (values: ArrayLike<number>, positions: ArrayLike<number>): Float64Array =>
  Float64Array.from(positions, (i) => values[i]);

/** A second of trumpet at 22,050 Hz, or 5,000 samples of noise: exactly the numbers that the fixtures were made from. */
export function signal(name: 'trumpet' | 'noise'): Float32Array {
  return Float32Array.from(fixture('signals').tensor(name, 'I16').data, (x) => x / 32768);
}

/** A signal by its name in a fixture: a recording, silence, or (the first samples of) one of {@link signal}. */
export async function namedSignal(name: string): Promise<Float32Array> {
  if (name.endsWith('.ogg')) return (await load(audio(name))).samples;
  if (name === 'silence') return new Float32Array(5000);
  const [, base, length] = /^(\w+)(?:\[:(\d+)\])?$/.exec(name)!;
  return signal(base as 'noise').subarray(0, length === undefined ? undefined : Number(length));
}

/** The root of the mean square. */
export const rms = (x: Float32Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length);

export const toDecibels = (ratio: number): number => 20 * Math.log10(ratio);
