import { FloatMatrix, kmeans, Matrix } from 'onpa';
import { MersenneTwister } from 'onpa/dist/dsp/mersenne-twister.js';

/** So many of the points are enough for their means. */
const SAMPLE = 20_000;
const STEPS = 40;

/**
 * The centres of k clusters, found by k-means among some of the points, which are drawn at random.
 *
 * @param points - a row each
 */
export function fitClusters({ rows, columns, data }: FloatMatrix, k: number, seed: number): FloatMatrix {
  const random = new MersenneTwister(seed);
  const drawn = Array.from({ length: Math.min(SAMPLE, rows) }, () => {
    const row = Math.floor(random.next() * rows);
    return Array.from(data.subarray(row * columns, (row + 1) * columns));
  });
  const { clusterCenters } = kmeans(new Matrix(drawn), k, { seed, maxIter: STEPS });
  return new FloatMatrix(k, columns, Float32Array.from(clusterCenters.to1DArray()));
}
