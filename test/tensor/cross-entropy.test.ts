import assert from 'node:assert/strict';
import { tf } from 'onpa';
import { classTargets, crossEntropy } from 'onpa/dist/tensor/cross-entropy.js';
import { relativeError } from '../fixtures.js';
import { options } from '../training/options-reference.js';

describe('The cross-entropy', () => {
  const { shape, data } = options.tensor('loss/logits', 'F32');
  const { rows, cases } = options.cases.losses;

  for (const [name, { mixed, value, ...how }] of Object.entries(cases)) {
    it(`and its gradient are PyTorch's: ${name}`, () => {
      tf.tidy(() => {
        const logits = tf.tensor2d(data, shape as [number, number]);
        const second = mixed ? { mixed: { labels: rows.others, shares: rows.shares } } : {};
        const targets = classTargets({ labels: rows.labels, ...second }, shape[1], how);
        const found = tf.valueAndGrad((x) => crossEntropy(x as tf.Tensor2D, targets))(logits);
        assert.ok(Math.abs(found.value.dataSync()[0] - value) <= 1e-6 * value);
        assert.ok(relativeError(found.grad.dataSync(), options.tensor(`loss/${name}`, 'F32').data) <= 1e-6);
      });
    });
  }

  it('is no number where no row counts', () => {
    const targets = classTargets({ labels: [-100] }, 2, {});
    assert.equal(
      tf.tidy(() => crossEntropy(tf.tensor2d([[1, 2]]), targets).dataSync()[0]),
      Number.NaN,
    );
  });
});
