import { cauchyPoint } from './cauchy-point.js';
import { dot } from './dot.js';
import { QuasiNewton } from './quasi-newton.js';
import { subspaceMinimum } from './subspace-minimum.js';

/** A function's value at a point; it writes its derivative there into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** SciPy's defaults: when to stop, how many steps at most, and how many points of a line. */
const GRADIENT_TOLERANCE = 1e-5;
const VALUE_TOLERANCE = 1e7 * Number.EPSILON;
const MAX_STEPS = 15000;
const MAX_POINTS = 20;

/**
 * The minimum of a function of variables that are at least zero, as `scipy.optimize.fmin_l_bfgs_b` goes there: L-BFGS-B (Byrd,
 * Lu, Nocedal and Zhu 1995; Morales and Nocedal 2011), step by step and with the same rule to stop, for a function that has
 * many minima ends where it stops. Along a line the function has to be a parabola, as sums of squares are.
 *
 * @param x - where to begin, of at least zero; it is changed to where it ends
 * @param memory - how many steps the second derivative is learned from
 * @returns the value there, and the steps taken
 */
export function minimizeNonnegative(
  objective: Objective,
  x: Float64Array,
  memory: number,
): { value: number; steps: number } {
  const model = new QuasiNewton(memory);
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  let steps = 0;
  while (steps < MAX_STEPS && largestSlope(x, gradient) > GRADIENT_TOLERANCE) {
    const target = subspaceMinimum(x, gradient, cauchyPoint(x, gradient, model), model);
    const direction = target.map((end, i) => end - x[i]);
    const found = searchLine(objective, { x, value, gradient, direction, target }, steps === 0);
    if (!found) {
      if (model.width === 0) break;
      // Rounding has spoilt what was learned: begin again from here.
      model.reset();
      continue;
    }
    const before = value;
    const change = found.gradient.map((slope, i) => slope - gradient[i]);
    const step = found.x.map((to, i) => to - x[i]);
    x.set(found.x);
    ({ value, gradient } = found);
    steps++;
    if (before - value <= VALUE_TOLERANCE * Math.max(Math.abs(before), Math.abs(value), 1)) break;
    if (found.curvature > Number.EPSILON * found.descent) model.update(step, change);
  }
  return { value, steps };
}

/** The largest slope in a direction that x may go. */
function largestSlope(x: Float64Array, gradient: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    largest = Math.max(largest, gradient[i] < 0 ? -gradient[i] : Math.min(x[i], gradient[i]));
  }
  return largest;
}

interface Line {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
  direction: Float64Array;
  /** x and the direction. */
  target: Float64Array;
}

interface Found {
  x: Float64Array;
  value: number;
  gradient: Float64Array;
  /** How much the slope along the step has changed, and what it was, downwards. */
  curvature: number;
  descent: number;
}

/**
 * A point of the line that is low and flat enough (Moré and Thuente 1994). Of a parabola, two points tell where it is lowest:
 * that is tried next, but no further than five times as far.
 */
function searchLine(objective: Objective, line: Line, isFirst: boolean): Found | undefined {
  const { x, direction, target } = line;
  const slope = dot(line.gradient, direction);
  if (slope >= 0) return undefined;
  const limit = isFirst ? 1 : longestStep(x, direction);
  let length = isFirst ? Math.min(1 / Math.sqrt(dot(direction, direction)), limit) : Math.min(1, limit);
  let previous = 0;
  for (let point = 0; point < MAX_POINTS; point++) {
    const to = length === 1 ? target : direction.map((d, i) => Math.max(x[i] + length * d, 0));
    const gradient = new Float64Array(x.length);
    const value = objective(to, gradient);
    const slopeThere = dot(gradient, direction);
    const isLow = value <= line.value + 1e-3 * length * slope;
    const isFlat = Math.abs(slopeThere) <= -0.9 * slope;
    const isEnd = length === limit && slopeThere <= 1e-3 * slope;
    if (isLow && (isFlat || isEnd)) {
      return { x: to, value, gradient, curvature: length * (slopeThere - slope), descent: -length * slope };
    }
    const lowest = (length * slope) / (slope - slopeThere);
    const furthest = length + 4 * (length - previous);
    const next = slopeThere < 0 && !(lowest <= furthest) ? furthest : lowest;
    previous = length;
    length = Math.min(next, limit);
  }
  return undefined;
}

/** How far along a direction no variable falls below zero. */
function longestStep(x: Float64Array, direction: Float64Array): number {
  let longest = 1e10;
  for (let i = 0; i < x.length; i++) {
    if (direction[i] < 0 && longest * direction[i] < -x[i]) longest = -x[i] / direction[i];
  }
  return longest;
}
