import assert from 'node:assert/strict';
import { FloatMatrix, kmeans, Matrix, miniBatchKmeans, nearestCenters, ParameterError } from 'onpa';
import { MovingCenters } from 'onpa/dist/dsp/minibatch-kmeans.js';
import { fixture } from '../fixtures.js';

const { tensor } = fixture('pretraining/labels');
const { data, shape } = tensor('speech/features', 'F32');
const [rows, columns] = shape;
const points = Matrix.from1DArray(rows, columns, Array.from(data));

/** Points around so many corners. */
function clouds(count: number, corners: number): { matrix: FloatMatrix; truth: number[] } {
  const truth = Array.from({ length: count }, (_, i) => i % corners);
  const noise = (i: number) => Math.sin(i * 12.9898) * 43758.5453;
  const values = truth.flatMap((corner, i) =>
    [0, 1, 2].map((d) => 10 * Math.floor(corner / 2 ** d) + (noise(3 * i + d) % 1)),
  );
  return { matrix: new FloatMatrix(count, 3, Float32Array.from(values)), truth };
}

const inertiaOf = (all: FloatMatrix, centers: Matrix, labels: Int32Array): number =>
  labels.reduce((sum, c, i) => sum + all.getRow(i).reduce((s, x, j) => s + (x - centers.get(c, j)) ** 2, 0), 0);

describe('miniBatchKmeans', () => {
  it('moves its centres as scikit-learn does, batch by batch, and finds the same clusters', () => {
    const centers = new MovingCenters(Float64Array.from(tensor('init', 'F64').data));
    for (let first = 0; first < rows; first += 30) {
      const batch = Int32Array.from({ length: Math.min(30, rows - first) }, (_, i) => first + i);
      centers.step({ data: Float64Array.from(data), columns }, batch);
    }
    const expected = tensor('centers', 'F64').data;
    const found = centers.matrix.to1DArray();
    const off = Math.max(...found.map((x, i) => Math.abs(x - expected[i])));
    assert.ok(off <= 1e-9, `off by ${off}`);
    assert.deepEqual(nearestCenters(points, centers.matrix), Int32Array.from(tensor('labels', 'I32').data));
  });

  it('finds clouds of points, each as one cluster, in batches that are much smaller than all', () => {
    const { matrix, truth } = clouds(8000, 8);
    const centers = miniBatchKmeans(matrix, 8, { seed: 1, batchSize: 500 });
    const labels = nearestCenters(matrix, centers);
    const pairs = new Set(truth.map((corner, i) => `${corner} ${labels[i]}`));
    assert.equal(pairs.size, 8);
  });

  it('comes near to what kmeans finds with all points', () => {
    const all = new FloatMatrix(rows, columns, Float32Array.from(data));
    const centers = miniBatchKmeans(all, 8, { seed: 1, batchSize: 100 });
    const { inertia } = kmeans(all, 8, { seed: 1 });
    const found = inertiaOf(all, centers, nearestCenters(all, centers));
    assert.ok(found < 1.15 * inertia, `${found} beside ${inertia}`);
  });

  it('takes the points clip by clip too', () => {
    const { matrix } = clouds(300, 5);
    const clips = [0, 100, 200].map((first) => new FloatMatrix(100, 3, matrix.data.slice(3 * first, 3 * first + 300)));
    const options = { seed: 3, batchSize: 50 };
    assert.deepEqual(miniBatchKmeans(clips, 4, options).to1DArray(), miniBatchKmeans(matrix, 4, options).to1DArray());
    assert.throws(() => miniBatchKmeans([clips[0], new FloatMatrix(4, 2)], 2), /points\[1\] has 2 dimensions/);
  });

  it('gives the same centres for the same seed', () => {
    const { matrix } = clouds(300, 5);
    const centers = (seed: number) => miniBatchKmeans(matrix, 4, { seed, batchSize: 50 }).to1DArray();
    assert.deepEqual(centers(3), centers(3));
    assert.notDeepEqual(centers(3), centers(4));
  });

  it('refuses more clusters than points, options out of range, and points that are not finite', () => {
    const { matrix } = clouds(20, 5);
    const refuses = (work: () => unknown, part: string) =>
      assert.throws(work, (error) => error instanceof ParameterError && error.message.includes(part));
    refuses(() => miniBatchKmeans(matrix, 21), 'k is 21');
    refuses(() => miniBatchKmeans(matrix, 2, { batchSize: 0 }), 'batchSize');
    refuses(() => miniBatchKmeans(matrix, 2, { ['batch_size' as 'batchSize']: 5 }), 'give batchSize');
    refuses(() => nearestCenters(matrix, Matrix.zeros(2, 4)), '3 dimensions, centers 4');
    matrix.data[4] = Number.NaN;
    refuses(() => miniBatchKmeans(matrix, 2), 'points[4]');
  });
});
