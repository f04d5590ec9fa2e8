// What all kernels share: sizes, and short names for the instructions that they use most.

import { NUMBER_BYTES, POINT_BYTES, VECTOR_BYTES } from '../src/dsp/lanes';

export const NUMBER: usize = NUMBER_BYTES;
export const VECTOR: usize = VECTOR_BYTES;
export const POINT: usize = POINT_BYTES;
/** Two numbers of a table: re and im of a twiddle, or the bins of a band. */
export const PAIR: usize = 2 * NUMBER;

@inline export function splat(pointer: usize): v128 {
  return v128.load32_splat(pointer);
}

@inline export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

@inline export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

@inline export function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}
