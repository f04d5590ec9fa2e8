import { deepEqual, ok } from 'node:assert/strict';
import { quantizeTransposed } from 'onpa/dist/onnx/quantize.js';
import { uniform } from '../hubert/seeded-weights.js';

describe('quantizeTransposed', () => {
  it('gives the largest weight of each output 127, and turns the matrix over', () => {
    const { values, scales } = quantizeTransposed(Float32Array.of(1, -2, 0.5, 0, 0, 0), 2, 3);
    deepEqual([...values], [64, 0, -127, 0, 32, 0]);
    deepEqual([...scales], [Math.fround(2 / 127), 1]);
  });

  it('is off by half a step at most', () => {
    const [outputs, inputs] = [5, 40];
    const weight = uniform('quantized', outputs * inputs, (u) => u);
    const { values, scales } = quantizeTransposed(weight, outputs, inputs);
    for (let j = 0; j < outputs; j++) {
      for (let i = 0; i < inputs; i++) {
        const off = Math.abs(values[i * outputs + j] * scales[j] - weight[j * inputs + i]);
        ok(off <= scales[j] * 0.5001, `${off}`);
      }
    }
  });
});
