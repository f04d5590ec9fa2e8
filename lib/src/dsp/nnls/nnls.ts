import { ParameterError } from '../../errors.js';
import { requireReal } from '../../numbers.js';
import { requireFinite } from '../../validation.js';
import type { FloatMatrix } from '../float-matrix.js';
import { leastSquaresStart } from './least-squares-start.js';
import { minimizeNonnegative } from './minimize-nonnegative.js';

/** Bytes of B that are solved for at a time: librosa's MAX_MEM_BLOCK, on which it depends where the solver stops. */
const BLOCK_BYTES = 2 ** 18;

/**
 * Non-negative least squares, like `librosa.util.nnls`: X of at least zero for which A X is near to B. It begins with the
 * least-squares solution, its negative entries set to zero, and goes on with L-BFGS-B as SciPy does.
 *
 * Where A has fewer rows than columns there are many such X. The solver stops where ‖A X − B‖² / (2 · entries of B) changes by
 * less than 1e-5 for a change of 1 in any entry of X, which for quiet sounds is where it begins.
 *
 * @param a - m × n; quick where most entries are zero
 * @param b - m × N, as many rows as `a`
 * @returns n × N
 * @throws ParameterError for shapes that do not fit, or numbers that are not finite
 * @see {@link melToStft}
 *
 * @example
 * const s = nnls(melFilterbank({ sampleRate: 22050, nFft: 2048 }), melSpectrogram(waveform)); // a power spectrogram
 */
export function nnls(a: FloatMatrix, b: FloatMatrix): FloatMatrix {
  requireReal('a', a);
  requireReal('b', b);
  if (a.rows !== b.rows) throw new ParameterError(`b has ${b.rows} rows; give as many as a has, ${a.rows}`);
  requireFinite('a', a.data);
  requireFinite('b', b.data);
  const result = leastSquaresStart(a, b);
  const rows = sparseRows(a);
  const width = Math.max(Math.floor(BLOCK_BYTES / (b.rows * Float32Array.BYTES_PER_ELEMENT)), 1);
  for (let from = 0; from < b.columns; from += width) {
    const to = Math.min(from + width, b.columns);
    const x = Float64Array.from(columnsOf(result, from, to));
    minimizeNonnegative(leastSquares(rows, columnsOf(b, from, to), to - from), x, a.columns);
    for (let k = 0; k < result.rows; k++) {
      result.data.set(x.subarray(k * (to - from), (k + 1) * (to - from)), k * result.columns + from);
    }
  }
  return result;
}

/** A row's entries that are not zero, and their columns. */
interface SparseRow {
  columns: number[];
  weights: number[];
}

function sparseRows(a: FloatMatrix): SparseRow[] {
  return Array.from({ length: a.rows }, (_, i) => {
    const row = Array.from(a.data.subarray(i * a.columns, (i + 1) * a.columns));
    const columns = row.flatMap((weight, k) => (weight === 0 ? [] : [k]));
    return { columns, weights: columns.map((k) => row[k]) };
  });
}

/** Some columns of a matrix, row after row. */
function columnsOf({ rows, columns, data }: FloatMatrix, from: number, to: number): Float32Array {
  const result = new Float32Array(rows * (to - from));
  for (let i = 0; i < rows; i++) {
    result.set(data.subarray(i * columns + from, i * columns + to), i * (to - from));
  }
  return result;
}

/** ‖A X − B‖² / (2 · entries of B), and its derivative Aᵀ (A X − B) / entries of B. */
function leastSquares(
  a: SparseRow[],
  b: Float32Array,
  frames: number,
): (x: Float64Array, gradient: Float64Array) => number {
  const difference = new Float64Array(frames);
  return (x, gradient) => {
    gradient.fill(0);
    let squares = 0;
    a.forEach(({ columns, weights }, i) => {
      for (let t = 0; t < frames; t++) difference[t] = -b[i * frames + t];
      columns.forEach((k, at) => {
        const [weight, row] = [weights[at], k * frames];
        for (let t = 0; t < frames; t++) difference[t] += weight * x[row + t];
      });
      for (let t = 0; t < frames; t++) squares += difference[t] ** 2;
      columns.forEach((k, at) => {
        const [weight, row] = [weights[at] / b.length, k * frames];
        for (let t = 0; t < frames; t++) gradient[row + t] += weight * difference[t];
      });
    });
    return squares / (2 * b.length);
  };
}
