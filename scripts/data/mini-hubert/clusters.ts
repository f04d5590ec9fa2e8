import { kmeans, Matrix } from 'onpa';
import { MersenneTwister } from 'onpa/dist/dsp/mersenne-twister.js';

/** Rows of numbers, one behind the other. */
export interface Points {
  /** Numbers of a row. */
  width: number;
  data: Float32Array;
}

/** So many of the points are enough for their means. */
const SAMPLE = 20_000;
const STEPS = 40;

/** The centres of k clusters, found by k-means among some of the points, which are drawn at random. */
export function fitClusters({ width, data }: Points, k: number, seed: number): Points {
  const random = new MersenneTwister(seed);
  const rows = data.length / width;
  const drawn = Array.from({ length: Math.min(SAMPLE, rows) }, () => {
    const row = Math.floor(random.next() * rows);
    return Array.from(data.subarray(row * width, (row + 1) * width));
  });
  const { clusterCenters } = kmeans(new Matrix(drawn), k, { seed, maxIter: STEPS });
  return { width, data: Float32Array.from(clusterCenters.to1DArray()) };
}

/** The nearest of the centres to each point. */
export function nearest({ width, data }: Points, centres: Points): Uint8Array {
  const k = centres.data.length / width;
  const found = new Uint8Array(data.length / width);
  for (let row = 0; row < found.length; row++) {
    let least = Number.POSITIVE_INFINITY;
    for (let centre = 0; centre < k; centre++) {
      let distance = 0;
      for (let i = 0; i < width; i++) {
        const difference = data[row * width + i] - centres.data[centre * width + i];
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        found[row] = centre;
      }
    }
  }
  return found;
}
