import { WrapperMatrix1D } from 'ml-matrix';

/**
 * A matrix of float32 numbers: every ml-matrix operation over one flat typed array, row after row.
 *
 * Spectrograms have a row per frequency and a column per frame, as in librosa.
 *
 * @example
 * const s = new FloatMatrix(2, 3);
 * s.data[1 * 3 + 2] = 5; // s.get(1, 2) === 5
 */
export class FloatMatrix extends WrapperMatrix1D {
  /** The numbers, row-major: entry (i, j) is `data[i * columns + j]`. */
  declare readonly data: Float32Array;

  /** @param data - taken over, not copied; zeros if left out */
  constructor(rows: number, columns: number, data: Float32Array = new Float32Array(rows * columns)) {
    super(data, { rows });
    this.data = data;
  }
}
