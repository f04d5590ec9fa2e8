/** The number formats of tensors, under the names that safetensors gives them. BF16 is the upper half of an F32. */
export type DType =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'I32'
  | 'I16'
  | 'I8'
  | 'U64'
  | 'U32'
  | 'U16'
  | 'U8'
  | 'BOOL';

interface Format {
  /** Of one number. */
  bytes: number;
  /** Rounds the first `out.length` numbers in `from` to the nearest float32, ties to even. */
  toFloat32(from: ArrayBuffer, out: Float32Array): void;
}

const plain = (Numbers: {
  new (buffer: ArrayBuffer, at: number, length: number): ArrayLike<number>;
  BYTES_PER_ELEMENT: number;
}): Format => ({
  bytes: Numbers.BYTES_PER_ELEMENT,
  toFloat32: (from, out) => out.set(new Numbers(from, 0, out.length)),
});

/** The numbers lie in files as in memory: every machine that TensorFlow's wheels run on is little-endian. */
export const DTYPES: Readonly<Record<DType, Format>> = {
  F64: plain(Float64Array),
  F32: plain(Float32Array),
  I32: plain(Int32Array),
  I16: plain(Int16Array),
  I8: plain(Int8Array),
  U32: plain(Uint32Array),
  U16: plain(Uint16Array),
  U8: plain(Uint8Array),
  I64: { bytes: 8, toFloat32: (from, out) => wideToFloat32(new Int32Array(from), from, out) },
  U64: { bytes: 8, toFloat32: (from, out) => wideToFloat32(new Uint32Array(from), from, out) },
  BOOL: {
    bytes: 1,
    toFloat32(from, out) {
      const values = new Uint8Array(from);
      for (let i = 0; i < out.length; i++) out[i] = values[i] === 0 ? 0 : 1;
    },
  },
  F16: {
    bytes: 2,
    toFloat32(from, out) {
      halves ??= halfTable();
      const values = new Uint16Array(from);
      const bits = bitsOf(out);
      for (let i = 0; i < bits.length; i++) bits[i] = halves[values[i]];
    },
  },
  BF16: {
    bytes: 2,
    toFloat32(from, out) {
      const values = new Uint16Array(from);
      const bits = bitsOf(out);
      for (let i = 0; i < bits.length; i++) bits[i] = values[i] << 16;
    },
  },
};

const bitsOf = (out: Float32Array): Uint32Array => new Uint32Array(out.buffer, out.byteOffset, out.length);

/** 64-bit integers as pairs of a low and a high word. `highs` sees the words with the sign that the high one has. */
function wideToFloat32(highs: ArrayLike<number>, from: ArrayBuffer, out: Float32Array): void {
  const lows = new Uint32Array(from);
  for (let i = 0; i < out.length; i++) {
    const high = highs[2 * i + 1];
    const low = lows[2 * i];
    // Beyond 2^53 a float64 would round first, and its tie decide the second rounding: there the lowest 11 bits, far
    // below a float32's last, only tell whether anything follows.
    const sticky = ((low & ~0x7ff) | (low & 0x7ff ? 0x800 : 0)) >>> 0;
    out[i] = high * 2 ** 32 + (Math.abs(high) < 2 ** 20 ? low : sticky);
  }
}

/** The float32 bits of each of the 65,536 halves, made when the first is read. */
let halves: Uint32Array | undefined;

function halfTable(): Uint32Array {
  return Uint32Array.from({ length: 2 ** 16 }, (_, half) => {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
    if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
    if (fraction === 0) return sign;
    // A subnormal half, fraction · 2^−24, is a normal float32: its leading 1 becomes the hidden one.
    const shift = Math.clz32(fraction) - 21;
    return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
  });
}
