import { ParameterError } from '../errors.js';
import type { FloatMatrix } from './float-matrix.js';

/** What a column's length is after {@link normalizeColumns}: of its largest entry (Infinity), or Σ |x|^norm to 1 / norm. */
export type Norm = number | null;

/** The smallest normal float32: columns below this length stay as they are, as in librosa. */
export const TINY = 1.1754943508222875e-38;

/** Throws a {@link ParameterError} unless `norm` is above 0, Infinity, or null for none. */
export function requireNorm(norm: Norm): void {
  if (norm === null || norm > 0) return;
  throw new ParameterError(`norm is ${norm}; give Infinity, a number above 0, or null`);
}

/** The length of a column by a norm. */
export function lengthOf(column: Float64Array, norm: number): number {
  if (norm === Infinity) return column.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return column.reduce((sum, x) => sum + Math.abs(x) ** norm, 0) ** (1 / norm);
}

/** Divides each column by its length, like `librosa.util.normalize(…, axis=-2)`, in place. */
export function normalizeColumns(matrix: FloatMatrix, norm: Norm): FloatMatrix {
  if (norm === null) return matrix;
  const { rows, columns, data } = matrix;
  const column = new Float64Array(rows);
  for (let t = 0; t < columns; t++) {
    for (let k = 0; k < rows; k++) column[k] = data[k * columns + t];
    const length = lengthOf(column, norm);
    if (length < TINY) continue;
    for (let k = 0; k < rows; k++) data[k * columns + t] = column[k] / length;
  }
  return matrix;
}
