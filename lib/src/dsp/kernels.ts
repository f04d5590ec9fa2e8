/** An address in WebAssembly memory, in bytes: the `byteOffset` of an area. */
type Pointer = number;

/** The functions of lib/kernels/kernels.ts, which says what they do. Steps and hops are in bytes. */
export interface Kernels {
  base(): Pointer;
  forward(
    size: number,
    signal: Pointer,
    hop: number,
    window: Pointer,
    twiddles: Pointer,
    factors: Pointer,
    work: Pointer,
    spectrum: Pointer,
  ): void;
  inverse(
    size: number,
    signal: Pointer,
    hop: number,
    window: Pointer,
    twiddles: Pointer,
    factors: Pointer,
    work: Pointer,
    spectrum: Pointer,
  ): void;
  spectralPower(bins: number, spectrum: Pointer, power: number, out: Pointer, outStep: number): void;
  filterbank(bands: number, bins: Pointer, ranges: Pointer, weights: Pointer, out: Pointer, outStep: number): void;
  rephase(count: number, next: Pointer, previous: Pointer, magnitude: Pointer, weight: number): void;
  filterSpectrum(bins: number, spectrum: Pointer, filter: Pointer): void;
  interpolate(
    count: number,
    signal: Pointer,
    filters: Pointer,
    taps: number,
    phase: number,
    phases: number,
    whole: number,
    fraction: number,
    out: Pointer,
  ): void;
  decibel(count: number, x: Pointer, amin: number, offset: number, floor: number, square: number): void;
  peak(count: number, x: Pointer, absolute: number): number;
  multiply(count: number, x: Pointer, factors: Pointer): void;
  polar(count: number, magnitude: Pointer, turns: Pointer, z: Pointer): void;
}
