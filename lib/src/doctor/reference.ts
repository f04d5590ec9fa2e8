import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers of a result: `values` is every n-th of `length`, the largest of which is `peak`. */
interface Kept {
  length: number;
  every: number;
  peak: number;
  values: number[];
}

/** What test/reference/doctor_reference.py has computed. */
export interface Reference {
  /** Of librosa, PyTorch and Transformers. */
  versions: Record<string, string>;
  /** A `config.json`. */
  model: Record<string, unknown>;
  labels: number[];
  training: { learning_rate: number; weight_decay: number; max_grad_norm: number; adam_epsilon: number };
  /** A file of sound in base64. */
  flac: string;
  results: Record<string, Kept>;
}

export const readReference = (): Reference =>
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'doctor', 'reference.json'), 'utf8'));

/** The largest difference, relative to the reference's largest number; infinite for another length, and for NaN. */
export function differenceFrom({ length, every, peak, values }: Kept, actual: ArrayLike<number>): number {
  if (actual.length !== length) return Infinity;
  const differences = values.map((value, i) => Math.abs(actual[i * every] - value));
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences) / peak;
}
