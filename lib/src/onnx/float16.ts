/**
 * Numbers as the bits of half-precision floats (IEEE 754 binary16), rounded to the nearest, ties to even. What is beyond
 * ±65,504 becomes the largest that there is, not infinity: a weight that is cut does less harm.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfBits(bits[i]);
  return halves;
}

const LARGEST = 0x7bff;

function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return fraction ? sign | 0x7e00 : sign | LARGEST;
  // From 2^−14 on a half has its leading 1 hidden; below, it is a multiple of 2^−24.
  const shift = exponent >= 113 ? 13 : 126 - exponent;
  if (shift > 24) return sign;
  const whole = exponent >= 113 ? ((exponent - 112) << 23) | fraction : fraction | 0x800000;
  const kept = whole >>> shift;
  const rest = whole & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const rounded = rest > half || (rest === half && kept & 1) ? kept + 1 : kept;
  return sign | Math.min(rounded, LARGEST);
}
