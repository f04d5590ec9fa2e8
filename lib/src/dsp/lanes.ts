// What the kernels (lib/kernels/kernels.ts, AssemblyScript, which reads this file too) and their callers agree on.

/** Frames that go side by side through every transform: one per float32 lane of a vector. */
export const LANES = 4;
/** Bytes of a float32 or an int32. */
export const NUMBER_BYTES = 4;
/** Bytes of a vector: a number per lane. */
export const VECTOR_BYTES = 16;
/** Numbers of a complex point of all lanes: the real parts, then the imaginary parts. */
export const POINT = 8;
/** Bytes of a complex point of all lanes. */
export const POINT_BYTES = 32;
