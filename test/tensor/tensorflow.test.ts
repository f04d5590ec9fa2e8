import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tensorflowVersion, tf } from 'onpa';

const pinned = /^tensorflow-cpu==([\d.]+)/m.exec(readFileSync('lib/setup/requirements.txt', 'utf8'))?.[1];

describe('TensorFlow', () => {
  it(`is ${pinned}, the version in lib/setup/requirements.txt`, () => {
    assert.equal(tensorflowVersion(), pinned);
  });

  it('multiplies matrices on the native backend', () => {
    assert.equal(tf.getBackend(), 'tensorflow');
    const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).arraySync());
    assert.deepEqual(product, [[11]]);
  });
});
