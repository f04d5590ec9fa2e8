import { type AbstractMatrix, CholeskyDecomposition, Matrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { checkLabels } from '../tensor/cross-entropy.js';
import { requireFinite, requireInteger, requirePositive } from '../validation.js';

/** Options of {@link linearProbe}. */
export interface LinearProbeOptions {
  /** How many classes there are; default as many as the largest label says. */
  numClasses?: number;
  /** How much large weights cost; default 1. */
  alpha?: number;
}

/** Tells classes apart by planes: points (n × dimensions) → the class of each. */
export type LinearProbe = (points: AbstractMatrix) => Int32Array;

/**
 * How much a representation knows is seen by what can be read from it in the simplest way: a linear probe (Alain and Bengio
 * 2016), which nothing but planes tells classes apart by. This one is `sklearn.linear_model.RidgeClassifier`: for each class
 * the plane that comes nearest to 1 for its points and −1 for the others, by least squares; the highest wins.
 *
 * @param points - a row per example, such as the mean of a layer's frames
 * @param labels - the class of each, from 0
 * @throws ParameterError for labels that do not fit the points, options out of range, and numbers that are not finite
 * @see {@link layerFeatures}
 *
 * @example
 * const probe = linearProbe(points, labels);
 * console.log(accuracy(testLabels, probe(testPoints)));
 */
export function linearProbe(
  points: AbstractMatrix,
  labels: ArrayLike<number>,
  options: OrNull<LinearProbeOptions> = {},
): LinearProbe {
  const { alpha = 1, numClasses } = given<LinearProbeOptions>(options);
  requireReal('points', points);
  requirePositive('alpha', alpha);
  if (points.rows === 0) throw new ParameterError('points is empty; give one example at least');
  if (numClasses !== undefined) requireInteger('numClasses', numClasses, 2);
  const classes = numClasses ?? Math.max(1, ...Array.from(labels)) + 1;
  checkLabels(labels, points.rows, classes);
  const x = new Matrix(points.to2DArray());
  requireFinite('points', x.to1DArray());
  const centre = x.mean('column');
  x.subRowVector(centre);
  const y = new Matrix(points.rows, classes).apply(function (this: Matrix, i, c) {
    this.set(i, c, labels[i] === c ? 1 : -1);
  });
  const offsets = y.mean('column');
  y.subRowVector(offsets);
  const transposed = x.transpose();
  const squares = transposed.mmul(x);
  for (let j = 0; j < squares.rows; j++) squares.set(j, j, squares.get(j, j) + alpha);
  const weights = new CholeskyDecomposition(squares).solve(transposed.mmul(y)); // dimensions × classes
  return (others) => {
    requireReal('points', others);
    if (others.columns !== centre.length) {
      throw new ParameterError(`points have ${others.columns} dimensions; the probe has learnt ${centre.length}`);
    }
    const scores = new Matrix(others.to2DArray()).subRowVector(centre).mmul(weights).addRowVector(offsets);
    return Int32Array.from({ length: scores.rows }, (_, i) => scores.maxRowIndex(i)[1]);
  };
}
