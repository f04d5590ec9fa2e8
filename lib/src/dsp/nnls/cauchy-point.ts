import { dot } from './dot.js';
import type { QuasiNewton } from './quasi-newton.js';

/** The places where variables reach zero, the nearest first, as a binary heap. */
class Breakpoints {
  readonly #at: Float64Array;
  readonly #indices: number[];

  /** @param at - for each variable, how far along the path it reaches zero */
  constructor(at: Float64Array, indices: number[]) {
    this.#at = at;
    this.#indices = indices;
    for (let i = (indices.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  get nearest(): number | undefined {
    return this.#indices[0];
  }

  drop(): void {
    const last = this.#indices.pop();
    if (this.#indices.length === 0 || last === undefined) return;
    this.#indices[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const [at, heap] = [this.#at, this.#indices];
    const moved = heap[from];
    let i = from;
    for (let child = 2 * i + 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && at[heap[child + 1]] < at[heap[child]]) child++;
      if (at[heap[child]] >= at[moved]) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = moved;
  }
}

/** Where the model is least on the way down, and what is known there. */
export interface CauchyPoint {
  /** Of at least zero. */
  x: Float64Array;
  /** Variables that the way has not brought to zero. */
  free: number[];
  /** Wᵀ of the way from where it began. */
  c: Float64Array;
}

/**
 * The first minimum of the quadratic model along the way of steepest descent, bent so that no variable falls below zero:
 * the generalized Cauchy point (Byrd, Lu, Nocedal and Zhu 1995, algorithm CP).
 */
export function cauchyPoint(x: Float64Array, gradient: Float64Array, model: QuasiNewton): CauchyPoint {
  const { theta, width } = model;
  const { length } = x;
  const direction = new Float64Array(length);
  const end = new Float64Array(length);
  const bent: number[] = [];
  const c = new Float64Array(width);
  const p = new Float64Array(width);
  const row = new Float64Array(width);
  const weighted = new Float64Array(width);
  let slope = 0;
  let isBounded = true;
  for (let i = 0; i < length; i++) {
    const down = -gradient[i];
    if (x[i] <= 0 && down <= 0) continue;
    direction[i] = down;
    if (down === 0) continue;
    slope -= down * down;
    model.row(i, row);
    for (let j = 0; j < width; j++) p[j] += row[j] * down;
    if (down > 0) {
      isBounded = false;
      continue;
    }
    end[i] = -x[i] / down;
    bent.push(i);
  }
  const point = x.slice();
  const isAll = bent.length === length;
  const steepest = -theta * slope;
  let curvature = steepest - dot(p, model.middle(p));
  let rest = slope < 0 ? -slope / curvature : 0;
  let passed = 0;
  const atZero = new Uint8Array(length);
  const breakpoints = new Breakpoints(end, bent);
  for (let next = breakpoints.nearest; next !== undefined; next = breakpoints.nearest) {
    const ahead = end[next] - passed;
    if (rest < ahead) break;
    breakpoints.drop();
    passed = end[next];
    const isLast = breakpoints.nearest === undefined;
    const down = direction[next];
    direction[next] = 0;
    point[next] = 0;
    atZero[next] = 1;
    // All variables are at zero: nothing is left to go along.
    if (isLast && isAll) {
      for (let j = 0; j < width; j++) c[j] += ahead * p[j];
      return { x: point, free: [], c };
    }
    slope += ahead * curvature + down * down + theta * down * x[next];
    curvature -= theta * down * down;
    if (width > 0) {
      model.row(next, row);
      model.middle(row, weighted);
      for (let j = 0; j < width; j++) c[j] += ahead * p[j];
      slope += down * dot(weighted, c);
      curvature += 2 * down * dot(weighted, p) - down * down * dot(weighted, row);
      for (let j = 0; j < width; j++) p[j] -= down * row[j];
    }
    curvature = Math.max(curvature, Number.EPSILON * steepest);
    rest = isLast && isBounded ? 0 : -slope / curvature;
  }
  rest = Math.max(rest, 0);
  const way = passed + rest;
  const remaining: number[] = [];
  for (let i = 0; i < length; i++) {
    if (direction[i] !== 0) point[i] += way * direction[i];
    if (!atZero[i] && (x[i] > 0 || gradient[i] < 0)) remaining.push(i);
  }
  for (let j = 0; j < width; j++) c[j] += rest * p[j];
  return { x: point, free: remaining, c };
}
