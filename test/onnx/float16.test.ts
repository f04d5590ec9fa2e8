import { deepEqual, equal } from 'node:assert/strict';
import { toFloat16 } from 'onpa/dist/onnx/float16.js';

/** Numbers and the bits that NumPy's `astype(float16)` gives them. */
const KNOWN: readonly (readonly [value: number, bits: number])[] = [
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [0.1, 0x2e66],
  [1 / 3, 0x3555],
  [65504, 0x7bff],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [1.5 * 2 ** -25, 0x0001],
  [3 * 2 ** -25, 0x0002],
  [6e-5, 0x03ef],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2047.5, 0x6800],
  [1e-10, 0x0000],
];

describe('toFloat16', () => {
  it('rounds to the nearest half, ties to even, down to the smallest', () => {
    deepEqual(
      [...toFloat16(Float32Array.from(KNOWN, ([value]) => value))],
      KNOWN.map(([, bits]) => bits),
    );
  });

  it('is the largest half where a number is beyond, and no number where it is none', () => {
    deepEqual([...toFloat16(Float32Array.of(1e6, -1e6, Infinity))], [0x7bff, 0xfbff, 0x7bff]);
    equal(toFloat16(Float32Array.of(Number.NaN))[0] & 0x7fff, 0x7e00);
  });
});
