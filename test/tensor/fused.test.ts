import assert from 'node:assert/strict';
import { tf } from 'onpa';
import { layerNorm } from 'onpa/dist/tensor/functional.js';
import { fusedLayerNorm } from 'onpa/dist/tensor/fused-layer-norm.js';
import { affine } from 'onpa/dist/tensor/fused-linear.js';

/** The largest difference of two tensors. */
const difference = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];

describe('Operations within others', () => {
  for (const [rows, inputs, outputs] of [
    [1, 1, 1],
    [5, 3, 7],
    [130, 65, 33],
  ]) {
    it(`add bias and residual to a product as single operations do, and leave the residual as it was, (${rows}, ${inputs}, ${outputs})`, () =>
      tf.tidy(() => {
        const normal = (...shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', 1);
        const [x, weight] = [normal(rows, inputs), normal(inputs, outputs)] as tf.Tensor2D[];
        const bias = normal(outputs);
        const residual = normal(rows, outputs) as tf.Tensor2D;
        const before = residual.arraySync();
        const plain = tf.add(tf.matMul(x, weight), bias);
        assert.ok(difference(affine(x, weight, bias), plain) <= 1e-5);
        assert.ok(difference(affine(x, weight, bias, residual), tf.add(plain, residual)) <= 1e-5);
        assert.deepEqual(residual.arraySync(), before);
      }));
  }

  it('have the gradients of single operations', () =>
    tf.tidy(() => {
      const [x, weight] = [tf.randomNormal([4, 3]), tf.randomNormal([3, 2])] as tf.Tensor2D[];
      const [bias, residual] = [tf.randomNormal([2]), tf.randomNormal([4, 2]) as tf.Tensor2D];
      const gradients = tf.grads((...given) => {
        const [x, weight, bias, residual] = given as [tf.Tensor2D, tf.Tensor2D, tf.Tensor, tf.Tensor2D];
        return tf.sum(tf.square(affine(x, weight, bias, residual)));
      })([x, weight, bias, residual]);
      const dy = tf.mul(2, tf.add(tf.add(tf.matMul(x, weight), bias), residual)) as tf.Tensor2D;
      const expected = [tf.matMul(dy, weight, false, true), tf.matMul(x, dy, true), tf.sum(dy, 0), dy];
      for (const [i, gradient] of gradients.entries()) assert.ok(difference(gradient, expected[i]) <= 1e-5);
    }));

  it('normalise rows as single operations do', () =>
    tf.tidy(() => {
      const x = tf.add(tf.randomNormal([77, 19], 0, 3), 5) as tf.Tensor2D;
      const [weight, bias] = [tf.randomNormal([19]), tf.randomNormal([19])];
      for (const epsilon of [1e-6, 1]) {
        assert.ok(difference(fusedLayerNorm(x, weight, bias, epsilon), layerNorm(x, weight, bias, epsilon)) <= 1e-5);
      }
    }));
});
