import { type AbstractMatrix, Matrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireFinite, requireInteger } from '../validation.js';
import { kmeans as cluster } from './ml-kmeans.js';

/** Options of {@link kmeans}. */
export interface KmeansOptions {
  /** Makes the random start repeatable: a whole number of at least 0; default another each time. */
  seed?: number;
  /** Centres to begin with, k × dimensions, instead of k-means++. */
  init?: AbstractMatrix;
  /** Steps at most; default 300. */
  maxIter?: number;
}

/** What {@link kmeans} finds. */
export interface Clusters {
  /** The cluster of each point, from 0 to k − 1. */
  labels: Int32Array;
  /** The mean of each cluster's points: k × dimensions. */
  clusterCenters: Matrix;
  /** The sum of the points' squared distances from their centres. */
  inertia: number;
  /** Steps taken. */
  nIter: number;
}

/** More than a step moves the centres at the end, in squared distance: rounding alone is below it. */
const TOLERANCE = 1e-12;

/**
 * Sorts points into k clusters around their means, like `sklearn.cluster.KMeans` with one start: each point joins the
 * nearest centre, each centre moves to the mean of its points, until nothing changes (Lloyd 1982). The start is
 * k-means++ (Arthur and Vassilvitskii 2007); another seed may end in other clusters.
 *
 * Fewer different points than k leave clusters empty.
 *
 * @param points - a row per point: of frames in columns, such as `mfcc` gives, take the transpose
 * @throws ParameterError for a k that is no whole number from 1 to the number of points, points that are not finite, or
 * an `init` of another shape
 * @see {@link mfcc}
 *
 * @example
 * const { labels } = kmeans(mfcc(waveform).transpose(), 8, { seed: 0 });
 */
export function kmeans(points: AbstractMatrix, k: number, options: OrNull<KmeansOptions> = {}): Clusters {
  const chosen = given<KmeansOptions>(options);
  const { seed = Math.floor(Math.random() * 2 ** 32), init, maxIter = 300 } = chosen;
  requireReal('points', points);
  if (init) requireReal('init', init);
  requireInteger('k', k);
  requireInteger('seed', seed, 0);
  requireInteger('maxIter', maxIter);
  if (k > points.rows) throw new ParameterError(`k is ${k}; give at most as many clusters as points, ${points.rows}`);
  const rows = points.to2DArray();
  for (const [i, row] of rows.entries()) requireFinite(`points[${i}]`, row);
  if (init && (init.rows !== k || init.columns !== points.columns)) {
    throw new ParameterError(`init is ${init.rows} × ${init.columns}; give k × dimensions, ${k} × ${points.columns}`);
  }
  const { clusters, centroids, iterations } = cluster(rows, k, {
    seed,
    initialization: init ? init.to2DArray() : 'kmeans++',
    maxIterations: maxIter,
    tolerance: TOLERANCE,
  });
  const distance = (row: number[], center: number[]) => row.reduce((sum, x, j) => sum + (x - center[j]) ** 2, 0);
  return {
    labels: Int32Array.from(clusters),
    clusterCenters: new Matrix(centroids),
    inertia: rows.reduce((sum, row, i) => sum + distance(row, centroids[clusters[i]]), 0),
    nIter: iterations,
  };
}
