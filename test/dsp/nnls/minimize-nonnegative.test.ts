import assert from 'node:assert/strict';
import { minimizeNonnegative } from 'onpa/dist/dsp/nnls/minimize-nonnegative.js';
import { fixture, relativeError } from '../../fixtures.js';

describe('minimizeNonnegative', () => {
  const reference = fixture<{ memory: number; value: number; steps: number }>('nnls');

  for (const [name, { memory, value, steps }] of Object.entries(reference.cases)) {
    it(`of ${name}: ends where SciPy's L-BFGS-B ends, after as many steps`, () => {
      const [a, b, x0, expected] = ['a', 'b', 'x0', 'x'].map((part) => reference.tensor(`${name}/${part}`, 'F64').data);
      const objective = (x: Float64Array, gradient: Float64Array) => {
        const difference = b.map((target, i) =>
          x.reduce((sum, entry, j) => sum + a[i * x.length + j] * entry, -target),
        );
        gradient.forEach((_, j) => {
          gradient[j] = difference.reduce((sum, d, i) => sum + d * a[i * x.length + j], 0);
        });
        return difference.reduce((sum, d) => sum + d * d, 0) / 2;
      };
      const x = x0.slice();
      const found = minimizeNonnegative(objective, x, memory);
      assert.equal(found.steps, steps);
      assert.ok(Math.abs(found.value - value) <= 1e-9 * Math.max(value, 1));
      assert.ok(relativeError(x, expected) < 1e-6);
      assert.ok(x.every((entry) => entry >= 0));
    });
  }
});
