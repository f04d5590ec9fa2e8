import { Matrix, solve } from 'ml-matrix';
import type { CauchyPoint } from './cauchy-point.js';
import { dot } from './dot.js';
import type { QuasiNewton } from './quasi-newton.js';

/**
 * The minimum of the quadratic model over the free variables, from the Cauchy point on (Byrd, Lu, Nocedal and Zhu 1995, the
 * direct primal method): cut off at zero, or, where that would lead upwards, followed only until the first variable is zero
 * (Morales and Nocedal 2011).
 *
 * @returns where the next line is to lead; of at least zero
 */
export function subspaceMinimum(
  x: Float64Array,
  gradient: Float64Array,
  { x: cauchy, free, c }: CauchyPoint,
  model: QuasiNewton,
): Float64Array {
  const { width } = model;
  if (width === 0 || free.length === 0) return cauchy;
  const step = newtonStep(x, gradient, { x: cauchy, free, c }, model);
  const cut = cauchy.slice();
  let reached = false;
  free.forEach((i, at) => {
    cut[i] = Math.max(cauchy[i] + step[at], 0);
    reached ||= cut[i] === 0;
  });
  if (!reached) return cut;
  let slope = 0;
  for (let i = 0; i < x.length; i++) slope += (cut[i] - x[i]) * gradient[i];
  return slope > 0 ? untilFirstZero(cauchy, free, step) : cut;
}

/** −B⁻¹ r over the free variables, where r is the model's derivative at the Cauchy point (Sherman, Morrison and Woodbury). */
function newtonStep(
  x: Float64Array,
  gradient: Float64Array,
  { x: cauchy, free, c }: CauchyPoint,
  model: QuasiNewton,
): Float64Array {
  const { theta, width } = model;
  // W of the free variables: θ times the steps, and what is near in memory is quick to go through.
  const columns = Array.from({ length: width }, (_, j) => {
    const { values, factor } = model.column(j);
    const column = new Float64Array(free.length);
    for (let at = 0; at < column.length; at++) column[at] = factor * values[free[at]];
    return column;
  });
  const combine = (target: Float64Array, weights: ArrayLike<number>, scale: number) => {
    columns.forEach((column, j) => {
      const weight = scale * weights[j];
      for (let at = 0; at < target.length; at++) target[at] += weight * column[at];
    });
  };
  const step = new Float64Array(free.length);
  free.forEach((i, at) => {
    step[at] = -theta * (cauchy[i] - x[i]) - gradient[i];
  });
  combine(step, model.middle(c), 1);
  const projected = Float64Array.from(columns, (column) => dot(column, step));
  const gram = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      gram.set(i, j, dot(columns[i], columns[j]) / theta);
      gram.set(j, i, gram.get(i, j));
    }
  }
  const inner = Matrix.eye(width);
  for (let j = 0; j < width; j++) {
    const column = model.middle(Float64Array.from(gram.getColumn(j)));
    for (let i = 0; i < width; i++) inner.set(i, j, inner.get(i, j) - column[i]);
  }
  const right = Matrix.columnVector(model.middle(projected));
  for (let at = 0; at < step.length; at++) step[at] /= theta;
  combine(step, solve(inner, right).to1DArray(), 1 / (theta * theta));
  return step;
}

function untilFirstZero(cauchy: Float64Array, free: number[], step: Float64Array): Float64Array {
  let part = 1;
  let first = -1;
  free.forEach((i, at) => {
    if (cauchy[i] + part * step[at] >= 0) return;
    part = -cauchy[i] / step[at];
    first = i;
  });
  const result = cauchy.slice();
  free.forEach((i, at) => {
    result[i] = i === first ? 0 : cauchy[i] + part * step[at];
  });
  return result;
}
