import { dot } from './dot.js';

/** The Cholesky factor of a symmetric matrix, of which what is above the diagonal is not read; undefined where it is not positive. */
function cholesky(a: Float64Array, size: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j];
      for (let k = 0; k < j; k++) sum -= factor[i * size + k] * factor[j * size + k];
      if (i === j && !(sum > 0)) return undefined;
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j];
    }
  }
  return factor;
}

/**
 * The second derivative as the last steps show it, B = θ I − W M Wᵀ (Byrd, Nocedal and Schnabel 1994): W has the changes y of
 * the gradient, then θ times the steps s, a column for each.
 */
export class QuasiNewton {
  theta: number = 1;
  #s: Float64Array[] = [];
  #y: Float64Array[] = [];
  /** sᵢ · yⱼ and sᵢ · sⱼ. */
  #sy: number[][] = [];
  #ss: number[][] = [];
  /** L D⁻¹, where D is the diagonal of SᵀY, and L what lies below it. */
  #lower: Float64Array = new Float64Array(0);
  /** The Cholesky factor of θ SᵀS + L D⁻¹ Lᵀ. */
  #factor: Float64Array = new Float64Array(0);

  /** @param memory - how many steps are kept */
  constructor(readonly memory: number) {}

  /** Columns of W: two for each step. */
  get width(): number {
    return 2 * this.#s.length;
  }

  /** Forgets all steps. */
  reset(): void {
    this.theta = 1;
    this.#s = [];
    this.#y = [];
    this.#sy = [];
    this.#ss = [];
  }

  /** Learns from a step and its change of the gradient, which are kept; forgets all where rounding has spoilt them. */
  update(step: Float64Array, change: Float64Array): void {
    if (this.#s.length === this.memory) {
      for (const list of [this.#s, this.#y, this.#sy, this.#ss]) list.shift();
      for (const row of [...this.#sy, ...this.#ss]) row.shift();
    }
    this.#s.push(step);
    this.#y.push(change);
    const last = this.#s.length - 1;
    this.#sy.push([]);
    this.#ss.push([]);
    for (let j = 0; j <= last; j++) {
      this.#sy[last][j] = dot(step, this.#y[j]);
      this.#ss[last][j] = dot(step, this.#s[j]);
    }
    this.theta = dot(change, change) / this.#sy[last][last];
    const size = last + 1;
    const lower = new Float64Array(size * size);
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < i; k++) lower[i * size + k] = this.#sy[i][k] / this.#sy[k][k];
      for (let j = 0; j <= i; j++) {
        let sum = this.theta * this.#ss[i][j];
        for (let k = 0; k < j; k++) sum += lower[i * size + k] * this.#sy[j][k];
        matrix[i * size + j] = sum;
      }
    }
    const factor = cholesky(matrix, size);
    if (factor) {
      this.#lower = lower;
      this.#factor = factor;
    } else {
      this.reset();
    }
  }

  /** Row i of W. */
  row(i: number, target: Float64Array): Float64Array {
    const count = this.#s.length;
    for (let j = 0; j < count; j++) {
      target[j] = this.#y[j][i];
      target[count + j] = this.theta * this.#s[j][i];
    }
    return target;
  }

  /** Column j of W without θ, and the factor that it lacks. */
  column(j: number): { values: Float64Array; factor: number } {
    const count = this.#s.length;
    return j < count ? { values: this.#y[j], factor: 1 } : { values: this.#s[j - count], factor: this.theta };
  }

  /** M v: the middle matrix is the inverse of [−D, Lᵀ; L, θ SᵀS]. */
  middle(v: Float64Array, target: Float64Array = new Float64Array(v.length)): Float64Array {
    const size = this.#s.length;
    const [lower, factor] = [this.#lower, this.#factor];
    for (let i = 0; i < size; i++) {
      let sum = v[size + i];
      for (let k = 0, at = i * size; k < i; k++, at++) sum += lower[at] * v[k] - factor[at] * target[size + k];
      target[size + i] = sum / factor[i * size + i];
      target[i] = -v[i] / this.#sy[i][i];
    }
    for (let i = size - 1; i >= 0; i--) {
      const value = target[size + i] / factor[i * size + i];
      target[size + i] = value;
      for (let k = 0, at = i * size; k < i; k++, at++) {
        target[size + k] -= factor[at] * value;
        target[k] += lower[at] * value;
      }
    }
    return target;
  }
}
