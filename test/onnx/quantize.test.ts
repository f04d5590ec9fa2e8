import { deepEqual, ok } from 'node:assert/strict';
import { uniform } from 'onpa/dist/doctor/seeded-weights.js';
import { quantize } from 'onpa/dist/onnx/quantize.js';

describe('quantize', () => {
  it('gives the largest weight of each output 127', () => {
    const { values, scales } = quantize(Float32Array.of(1, -2, 0.5, 0, 0, 0), 2);
    deepEqual([...values], [64, -127, 32, 0, 0, 0]);
    deepEqual([...scales], [Math.fround(2 / 127), 1]);
  });

  it('is off by half a step at most', () => {
    const [outputs, inputs] = [5, 40];
    const weights = uniform('quantized', outputs * inputs, (u) => u);
    const { values, scales } = quantize(weights, outputs);
    weights.forEach((weight, i) => {
      const scale = scales[Math.floor(i / inputs)];
      const off = Math.abs(values[i] * scale - weight);
      ok(off <= scale * 0.5001, `${off}`);
    });
  });
});
