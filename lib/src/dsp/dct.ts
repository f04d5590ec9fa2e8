import { FloatMatrix } from './float-matrix.js';

/** Which discrete cosine transform: SciPy's types. */
export type DctType = 1 | 2 | 3;

/**
 * The discrete cosine transform as a matrix: `dctMatrix(…)` times a column is `scipy.fft.dct` of it, cut after `count`.
 *
 * @param count - rows: how many coefficients
 * @param n - columns: how many values are transformed; at least 2 for type 1
 * @param norm - 'ortho' makes the whole matrix orthogonal; null leaves SciPy's factor 2
 */
export function dctMatrix(count: number, n: number, type: DctType, norm: 'ortho' | null): FloatMatrix {
  const matrix = new FloatMatrix(count, n);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < n; i++) matrix.data[k * n + i] = ENTRIES[type](k, i, n, norm === 'ortho');
  }
  return matrix;
}

/** Entry (k, i) of each type's matrix over n values. */
const ENTRIES: Record<DctType, (k: number, i: number, n: number, ortho: boolean) => number> = {
  1: (k, i, n, ortho) => {
    const isEnd = (j: number) => j === 0 || j === n - 1;
    const wave = Math.cos((Math.PI * k * i) / (n - 1));
    if (!ortho) return (isEnd(i) ? 1 : 2) * wave;
    return Math.sqrt((isEnd(i) ? 0.5 : 1) * (isEnd(k) ? 0.5 : 1) * (2 / (n - 1))) * wave;
  },
  2: (k, i, n, ortho) => {
    const wave = Math.cos((Math.PI * k * (2 * i + 1)) / (2 * n));
    return (ortho ? Math.sqrt((k === 0 ? 1 : 2) / n) : 2) * wave;
  },
  3: (k, i, n, ortho) => {
    const wave = Math.cos((Math.PI * (2 * k + 1) * i) / (2 * n));
    return (ortho ? Math.sqrt((i === 0 ? 1 : 2) / n) : i === 0 ? 1 : 2) * wave;
  },
};
