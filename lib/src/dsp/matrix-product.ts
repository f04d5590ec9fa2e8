import { FloatMatrix } from './float-matrix.js';

/** The matrix product in float32, row by row, its sums in float64. */
export function matrixProduct(left: FloatMatrix, right: FloatMatrix): FloatMatrix {
  const result = new FloatMatrix(left.rows, right.columns);
  const { columns } = right;
  const sums = new Float64Array(columns);
  for (let i = 0; i < left.rows; i++) {
    sums.fill(0);
    for (let k = 0; k < right.rows; k++) {
      const weight = left.data[i * left.columns + k];
      if (weight === 0) continue;
      const row = k * columns;
      for (let t = 0; t < columns; t++) sums[t] += weight * right.data[row + t];
    }
    result.data.set(sums, i * columns);
  }
  return result;
}
