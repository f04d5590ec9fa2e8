import { EVD, Matrix } from 'ml-matrix';
import { FloatMatrix } from '../float-matrix.js';
import { matrixProduct } from '../matrix-product.js';

/** Directions that the rows reach less than this, of the one that they reach most, count as none. */
const TOLERANCE = 1e-12;

/** pinv(A) B, the smallest X for which A X is nearest to B, with its negative entries set to zero. */
export function leastSquaresStart(a: FloatMatrix, b: FloatMatrix): FloatMatrix {
  // pinv(A) = Aᵀ (A Aᵀ)⁺, and A Aᵀ is the smaller matrix: bands × bands.
  const rows = Array.from({ length: a.rows }, (_, i) => a.data.subarray(i * a.columns, (i + 1) * a.columns));
  const gram = new Matrix(
    rows.map((left) => rows.map((right) => left.reduce((sum, value, k) => sum + value * right[k], 0))),
  );
  const { eigenvectorMatrix: vectors, realEigenvalues: values } = new EVD(gram, { assumeSymmetric: true });
  const least = TOLERANCE * Math.max(...values);
  const inverse = Matrix.diag(values.map((value) => (value > least ? 1 / value : 0)));
  const pseudoInverse = a.transpose().mmul(vectors.mmul(inverse).mmul(vectors.transpose()));
  const start = matrixProduct(new FloatMatrix(a.columns, a.rows, Float32Array.from(pseudoInverse.to1DArray())), b);
  for (let i = 0; i < start.data.length; i++) start.data[i] = Math.max(start.data[i], 0);
  return start;
}
