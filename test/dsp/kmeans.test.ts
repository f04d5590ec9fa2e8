import assert from 'node:assert/strict';
import { FloatMatrix, type KmeansOptions, kmeans, mfcc } from 'onpa';
import { fixture, relativeError, signal } from '../fixtures.js';

const reference = fixture<{ inertia: number }>('kmeans');

function matrixOf(name: string): FloatMatrix {
  const { shape, data } = reference.tensor(name, 'F32');
  return new FloatMatrix(shape[0], shape[1], data);
}

/** The clusters numbered in the order in which they first occur. */
function byAppearance(labels: Int32Array): number[] {
  const seen = [...new Set(labels)];
  return Array.from(labels, (label) => seen.indexOf(label));
}

describe('kmeans', () => {
  const frames = mfcc({ samples: signal('trumpet'), sampleRate: 22050 }, { nMfcc: 13, nMels: 40 }).transpose();

  for (const [name, { inertia }] of Object.entries(reference.cases)) {
    it(`of ${name} ends where scikit-learn's does from the same centres`, () => {
      const init = matrixOf(`${name}/init`);
      const found = kmeans(matrixOf(`${name}/points`), init.rows, { init });
      assert.deepEqual(found.labels, reference.tensor(`${name}/labels`, 'I32').data);
      const expected = reference.tensor(`${name}/centers`, 'F64').data;
      assert.ok(relativeError(found.clusterCenters.to1DArray(), expected) < 1e-9);
      assert.ok(Math.abs(found.inertia / inertia - 1) < 1e-9);
    });
  }

  it('finds clusters that lie apart from any seed', () => {
    const points = matrixOf('blobs/points');
    const expected = byAppearance(reference.tensor('blobs/labels', 'I32').data);
    for (let seed = 0; seed < 20; seed++) assert.deepEqual(byAppearance(kmeans(points, 4, { seed }).labels), expected);
  });

  it('gives the same clusters for the same seed, and each its points’ mean', () => {
    const { labels, clusterCenters } = kmeans(frames, 6, { seed: 3 });
    assert.deepEqual(kmeans(frames, 6, { seed: 3 }).labels, labels);
    for (let cluster = 0; cluster < 6; cluster++) {
      const own = frames.subMatrixRow(Array.from(labels.keys()).filter((t) => labels[t] === cluster));
      assert.ok(relativeError(clusterCenters.getRow(cluster), own.mean('column')) < 1e-6);
    }
  });

  it('stops after maxIter steps', () => {
    assert.equal(kmeans(frames, 6, { seed: 3, maxIter: 1 }).nIter, 1);
    assert.ok(kmeans(frames, 6, { seed: 3 }).nIter > 1);
  });

  it('puts equal points into one cluster', () => {
    const { labels, inertia } = kmeans(new FloatMatrix(5, 2), 3, { seed: 0 });
    assert.equal(new Set(labels).size, 1);
    assert.equal(inertia, 0);
  });

  it('names what is wrong with an argument', () => {
    const wrong: [number, KmeansOptions, RegExp][] = [
      [0, {}, /k is 0/],
      [2.5, {}, /k is 2.5/],
      [6, {}, /k is 6; give at most as many clusters as points, 5/],
      [2, { seed: -1 }, /seed is -1/],
      [2, { maxIter: 0 }, /maxIter is 0/],
      [2, { init: new FloatMatrix(3, 2) }, /init is 3 × 2; give k × dimensions, 2 × 2/],
    ];
    for (const [k, options, message] of wrong) {
      assert.throws(() => kmeans(new FloatMatrix(5, 2), k, options), { name: 'ParameterError', message });
    }
    const bad = new FloatMatrix(2, 1, Float32Array.of(0, Number.NaN));
    assert.throws(() => kmeans(bad, 1), { name: 'ParameterError', message: /points\[1\]\[0\] is NaN/ });
  });
});
