import assert from 'node:assert/strict';
import { tf } from 'onpa';
import { differentiable, freeOnTheWay } from 'onpa/dist/tensor/gradient-tape.js';

/** Numbers in the chain below, and its steps. */
const [SIZE, STEPS] = [1000, 20];

/** The gradient of a chain of steps, and how many bytes tensors held when it arrived at the first step. */
function gradientOfChain(atTheEnd: () => void): { gradient: Float32Array; bytes: number } {
  let bytes = 0;
  const measured = (x: tf.Tensor) =>
    differentiable(
      [x],
      () => ({ value: tf.clone(x), kept: [] }),
      (dy) => {
        bytes = tf.memory().numBytes;
        return [tf.clone(dy)];
      },
    );
  const before = tf.memory().numBytes;
  const gradient = tf.tidy(() => {
    const x = tf.variable(tf.linspace(-1, 1, SIZE));
    const chain = () => {
      let y = measured(x);
      for (let i = 0; i < STEPS; i++) y = tf.add(tf.sin(y), x);
      const sum = tf.sum(y) as tf.Scalar;
      atTheEnd();
      return sum;
    };
    const { grads } = tf.variableGrads(chain, [x]);
    x.dispose();
    return grads[x.name].dataSync() as Float32Array;
  });
  return { gradient, bytes: bytes - before };
}

describe('A gradient that frees on the way what it needs no more', () => {
  it('is the same, and holds a few tensors where it would hold some of every step', () => {
    const kept = gradientOfChain(() => {});
    const freed = gradientOfChain(freeOnTheWay);
    assert.deepEqual(freed.gradient, kept.gradient);
    const [most, least] = [10, 2 * STEPS].map((tensors) => tensors * SIZE * 4);
    assert.ok(freed.bytes < most && kept.bytes > least, `${freed.bytes} bytes instead of ${kept.bytes}`);
  });

  it('leaves no tensors', () => {
    const before = tf.memory().numTensors;
    gradientOfChain(freeOnTheWay);
    assert.equal(tf.memory().numTensors, before);
  });

  it('is right where a step gives one tensor as the gradient of two inputs, or its own', () => {
    const sum = (a: tf.Tensor, b: tf.Tensor) =>
      differentiable(
        [a, b],
        () => ({ value: tf.add(a, b), kept: [] }),
        (dy) => [dy, dy],
      );
    tf.tidy(() => {
      const [a, b] = [2, 3].map((value) => tf.variable(tf.scalar(value)));
      const product = () => {
        const value = sum(tf.mul(a, 5), tf.mul(b, a)) as tf.Scalar;
        freeOnTheWay();
        return value;
      };
      const { grads } = tf.variableGrads(product, [a, b]);
      assert.deepEqual(
        [a, b].map(({ name }) => grads[name].dataSync()[0]),
        [8, 2],
      );
      tf.dispose([a, b]);
    });
  });
});
