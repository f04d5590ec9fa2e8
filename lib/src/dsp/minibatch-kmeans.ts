import { type AbstractMatrix, Matrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireFinite, requireInteger } from '../validation.js';
import { FloatMatrix } from './float-matrix.js';
import { MersenneTwister } from './mersenne-twister.js';

/** Options of {@link miniBatchKmeans}. */
export interface MiniBatchKmeansOptions {
  /** Makes it repeatable: a whole number of at least 0; default another each time. */
  seed?: number;
  /** Points that a step looks at; default 10,000, as HuBERT's labels were made. */
  batchSize?: number;
  /** How often all points are looked at, on average; default 100. */
  maxIter?: number;
  /** After so many steps without a smaller inertia it ends; default 100. */
  maxNoImprovement?: number;
  /** Starts, of which the one with the least inertia is gone on with; default 3. */
  nInit?: number;
}

/**
 * Sorts many points into k clusters, like `sklearn.cluster.MiniBatchKMeans`: each step looks at some of the points, and
 * moves each centre to the mean of all that it has met (Sculley 2010). For more points than {@link kmeans} can take.
 *
 * @param points - a row per point, such as `mfccFeatures` gives; or several such matrices, one for each clip
 * @returns k centres, a row each: k × dimensions
 * @throws ParameterError for a k that is no whole number from 1 to the number of points, options out of range, and points
 * that are not finite
 * @see {@link nearestCenters} for the clusters of points, {@link kmeans}
 *
 * @example
 * const centers = miniBatchKmeans(points, 100, { seed: 0 });
 * const labels = nearestCenters(points, centers);
 */
export function miniBatchKmeans(
  points: AbstractMatrix | readonly AbstractMatrix[],
  k: number,
  options: OrNull<MiniBatchKmeansOptions> = {},
): Matrix {
  const chosen = given<MiniBatchKmeansOptions>(options);
  const { seed = Math.floor(Math.random() * 2 ** 32), maxIter = 100, maxNoImprovement = 100, nInit = 3 } = chosen;
  const all = Array.isArray(points)
    ? stacked(points as AbstractMatrix[])
    : pointsOf(points as AbstractMatrix, 'points');
  const rows = all.data.length / all.columns;
  requireInteger('k', k);
  for (const [name, value] of Object.entries({ maxIter, maxNoImprovement, nInit })) requireInteger(name, value);
  requireInteger('seed', seed, 0);
  if (k > rows) throw new ParameterError(`k is ${k}; give at most as many clusters as points, ${rows}`);
  const { batchSize = 10_000 } = chosen;
  requireInteger('batchSize', batchSize);
  const random = new MersenneTwister(seed);
  const size = Math.min(batchSize, rows);
  const draw = (count: number) => Int32Array.from({ length: count }, () => Math.floor(random.next() * rows));
  const trial = rows > 3 * size ? draw(3 * size) : Int32Array.from({ length: rows }, (_, i) => i);
  const starts = Array.from({ length: nInit }, () => plusPlus(all, trial, k, random));
  const inertias = starts.map((centers) => assign(all, trial, centers).inertia);
  const centers = new MovingCenters(starts[inertias.indexOf(Math.min(...inertias))]);
  let smoothed = Number.POSITIVE_INFINITY;
  let best = Number.POSITIVE_INFINITY;
  let without = 0;
  // As in scikit-learn, a batch counts in the mean of the inertia as twice its share of the points.
  const share = Math.min(1, (2 * size) / (rows + 1));
  const steps = Math.ceil((maxIter * rows) / size);
  for (let step = 0; step < steps && without < maxNoImprovement; step++) {
    const inertia = centers.step(all, draw(size)) / size;
    smoothed = Number.isFinite(smoothed) ? (1 - share) * smoothed + share * inertia : inertia;
    without = smoothed < best ? 0 : without + 1;
    best = Math.min(best, smoothed);
  }
  return centers.matrix;
}

/**
 * The nearest centre of each point.
 *
 * @param points - a row per point
 * @param centers - a row per centre, of as many dimensions
 * @returns for each point the number of its centre, from 0
 * @throws ParameterError where the two differ in their dimensions, or are not finite
 * @see {@link miniBatchKmeans}, {@link kmeans}
 *
 * @example
 * const labels = nearestCenters(points, centers);
 */
export function nearestCenters(points: AbstractMatrix, centers: AbstractMatrix): Int32Array {
  requireReal('points', points);
  requireReal('centers', centers);
  if (points.columns !== centers.columns) {
    throw new ParameterError(`points have ${points.columns} dimensions, centers ${centers.columns}; give the same`);
  }
  const rows = Int32Array.from({ length: points.rows }, (_, i) => i);
  return assign(pointsOf(points, 'points'), rows, pointsOf(centers, 'centers').data).labels;
}

/** Centres that move towards the points they meet. */
export class MovingCenters {
  /** k × dimensions, row after row. */
  readonly #centers: Float64Array;
  /** How many points each has met. */
  #counts: Float64Array | undefined;
  #columns = 1;

  constructor(centers: Float64Array) {
    this.#centers = centers;
  }

  get matrix(): Matrix {
    return Matrix.from1DArray(this.#centers.length / this.#columns, this.#columns, this.#centers);
  }

  /** Looks at the points of these rows; returns the sum of their squared distances from the centres before. */
  step(all: Points, rows: Int32Array): number {
    const { data, columns } = all;
    this.#columns = columns;
    this.#counts ??= new Float64Array(this.#centers.length / columns);
    const { labels, inertia } = assign(all, rows, this.#centers);
    const sums = new Float64Array(this.#centers.length);
    const met = new Float64Array(this.#counts.length);
    for (let i = 0; i < rows.length; i++) {
      met[labels[i]]++;
      for (let j = 0; j < columns; j++) sums[labels[i] * columns + j] += data[rows[i] * columns + j];
    }
    for (let c = 0; c < met.length; c++) {
      if (met[c] === 0) continue;
      const before = this.#counts[c];
      this.#counts[c] += met[c];
      for (let j = c * columns; j < (c + 1) * columns; j++) {
        this.#centers[j] = (this.#centers[j] * before + sums[j]) / this.#counts[c];
      }
    }
    return inertia;
  }
}

/** Points, row after row. */
interface Points {
  data: Float32Array | Float64Array;
  columns: number;
}

function pointsOf(points: AbstractMatrix, name: string): Points {
  requireReal(name, points);
  const data = points instanceof FloatMatrix ? points.data : Float64Array.from(points.to1DArray());
  requireFinite(name, data);
  return { data, columns: points.columns };
}

/** The points of several matrices, one behind the other. */
function stacked(matrices: readonly AbstractMatrix[]): Points {
  const parts = matrices.map((matrix, i) => pointsOf(matrix, `points[${i}]`));
  const { columns } = parts[0] ?? { columns: 1 };
  const odd = parts.findIndex((part) => part.columns !== columns);
  if (odd >= 0) {
    throw new ParameterError(
      `points[${odd}] has ${parts[odd].columns} dimensions, points[0] ${columns}; give the same`,
    );
  }
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, columns };
}

/** The nearest centre of each point, and the sum of the squared distances. */
function assign(
  { data, columns }: Points,
  rows: Int32Array,
  centers: Float32Array | Float64Array,
): { labels: Int32Array; inertia: number } {
  const labels = new Int32Array(rows.length);
  let inertia = 0;
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i] * columns;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0, j = 0; j < centers.length; c++) {
      let distance = 0;
      for (let d = 0; d < columns; d++, j++) distance += (data[at + d] - centers[j]) ** 2;
      if (distance < least) {
        least = distance;
        labels[i] = c;
      }
    }
    inertia += least;
  }
  return { labels, inertia };
}

/** k of the points, far from each other: each the likelier, the farther it is from those before it (k-means++). */
function plusPlus({ data, columns }: Points, rows: Int32Array, k: number, random: MersenneTwister): Float64Array {
  const centers = new Float64Array(k * columns);
  const distances = new Float64Array(rows.length).fill(Number.POSITIVE_INFINITY);
  let chosen = rows[Math.floor(random.next() * rows.length)];
  for (let c = 0; ; c++) {
    const center = data.subarray(chosen * columns, (chosen + 1) * columns);
    centers.set(center, c * columns);
    if (c === k - 1) return centers;
    let total = 0;
    for (let i = 0; i < rows.length; i++) {
      let distance = 0;
      for (let d = 0; d < columns; d++) distance += (data[rows[i] * columns + d] - center[d]) ** 2;
      distances[i] = Math.min(distances[i], distance);
      total += distances[i];
    }
    let rest = random.next() * total;
    let i = 0;
    while (i < rows.length - 1 && rest >= distances[i]) rest -= distances[i++];
    chosen = rows[i];
  }
}
