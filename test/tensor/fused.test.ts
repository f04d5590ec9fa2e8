import assert from 'node:assert/strict';
import { tf } from 'onpa';
import { matMul } from 'onpa/dist/tensor/autocast.js';
import { layerNorm, linear } from 'onpa/dist/tensor/functional.js';
import { affine } from 'onpa/dist/tensor/fused-linear.js';
import { groupedConv2d } from 'onpa/dist/tensor/grouped-conv2d.js';
import { weightNorm } from 'onpa/dist/tensor/weight-norm.js';

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
      const { mean, variance } = tf.moments(x, 1, true);
      for (const epsilon of [1e-6, 1]) {
        const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
        const expected = tf.add(tf.mul(normal, weight), bias);
        assert.ok(difference(layerNorm(x, weight, bias, epsilon), expected) <= 1e-5);
      }
    }));

  it('multiply matrices as tf.matMul does, each transposed or not', () =>
    tf.tidy(() => {
      const [a, b] = [tf.randomNormal([37, 19]), tf.randomNormal([19, 53])] as tf.Tensor2D[];
      const expected = tf.matMul(a, b);
      for (const [first, second] of [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ]) {
        const found = matMul(first ? tf.transpose(a) : a, second ? tf.transpose(b) : b, first, second);
        assert.ok(difference(found, expected) <= 1e-5);
      }
    }));

  it('have the gradients of tf.matMul where one is recorded', () =>
    tf.tidy(() => {
      const given = [tf.randomNormal([5, 3]), tf.randomNormal([5, 4])] as tf.Tensor2D[];
      const [found, expected] = [matMul, tf.matMul].map((product) =>
        tf.grads((a, b) => tf.sum(tf.square(product(a as tf.Tensor2D, b as tf.Tensor2D, true))))(given),
      );
      for (const [i, gradient] of found.entries()) assert.ok(difference(gradient, expected[i]) <= 1e-4);
    }));

  it('map rows by a weight as PyTorch has it', () =>
    tf.tidy(() => {
      const [x, weight, bias] = [tf.randomNormal([7, 5]), tf.randomNormal([3, 5]), tf.randomNormal([3])];
      const found = linear(x as tf.Tensor2D, (name) => (name === 'weight' ? weight : bias));
      assert.ok(difference(found, tf.add(tf.matMul(x, weight, false, true), bias)) <= 1e-5);
    }));

  it('give taps their lengths, with the gradients of single operations', () =>
    tf.tidy(() => {
      const given = [tf.randomUniform([1, 1, 5], 0.5, 2), tf.randomNormal([6, 2, 5])];
      const single = (length: tf.Tensor, direction: tf.Tensor) =>
        tf.transpose(tf.mul(direction, tf.div(length, tf.norm(direction, 'euclidean', [0, 1], true))), [2, 1, 0]);
      const cosines = tf.randomNormal([5, 2, 6]);
      const [found, expected] = [weightNorm, single].map((normed) => ({
        value: normed(given[0], given[1]),
        gradients: tf.grads((length, direction) => tf.sum(tf.mul(normed(length, direction), cosines)))(given),
      }));
      assert.ok(difference(found.value, expected.value) <= 1e-5);
      for (const [i, gradient] of found.gradients.entries()) {
        assert.ok(difference(gradient, expected.gradients[i]) <= 1e-5);
      }
    }));

  for (const frames of [1, 255, 257, 1000]) {
    it(`convolve ${frames} frames in groups, with the gradients of a convolution for each group`, () =>
      tf.tidy(() => {
        const [groups, taps, width] = [3, 4, 2];
        const channels = groups * width;
        const x = tf.randomNormal([2, 1, frames + taps - 1, channels]) as tf.Tensor4D;
        const filter = tf.randomNormal([1, taps, width, channels]) as tf.Tensor4D;
        const dy = tf.randomNormal([2, 1, frames, channels]);
        const single = (x: tf.Tensor4D, filter: tf.Tensor4D) => {
          const [inputs, filters] = [x, filter].map((whole) => tf.split(whole, groups, 3) as tf.Tensor4D[]);
          return tf.concat(
            inputs.map((input, i) => tf.conv2d(input, filters[i], 1, 'valid')),
            3,
          ) as tf.Tensor4D;
        };
        const grouped = (x: tf.Tensor4D, filter: tf.Tensor4D) => groupedConv2d(x, filter, groups);
        const [found, expected] = [grouped, single].map((convolve) =>
          tf.grads((...given) => convolve(...(given as [tf.Tensor4D, tf.Tensor4D])))([x, filter], dy),
        );
        assert.ok(difference(grouped(x, filter), single(x, filter)) <= 1e-5);
        for (const [i, gradient] of found.entries()) {
          const peak = tf.max(tf.abs(expected[i])).dataSync()[0];
          assert.ok(difference(gradient, expected[i]) <= 1e-5 * peak, ['by the frames', 'by the filter'][i]);
        }
      }));
  }
});
