import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ParameterError } from '../errors.js';
import { requireFinite } from '../validation.js';

type Numbers = readonly number[];

/** The functions of lib/kernels/kernels.ts. All pointers and steps are in bytes. */
export interface Kernels {
  memory: WebAssembly.Memory;
  base(): number;
  forward(size: number, signal: number, hop: number, ...rest: Numbers): void;
  inverse(size: number, signal: number, hop: number, ...rest: Numbers): void;
  spectralPower(bins: number, re: number, im: number, step: number, power: number, ...out: Numbers): void;
  bands(count: number, bins: number, binStep: number, ...rest: Numbers): void;
  rephase(count: number, next: number, previous: number, magnitude: number, weight: number): void;
  multiply(bins: number, re: number, im: number, step: number, filter: number): void;
  interpolate(count: number, signal: number, filters: number, taps: number, ...rest: Numbers): void;
  decibel(count: number, x: number, amin: number, offset: number, floor: number, square: number): void;
  peak(count: number, x: number, absolute: number): number;
  weigh(count: number, x: number, factors: number): void;
  polar(count: number, magnitude: number, turns: number, z: number): void;
}

const PAGE = 65536;
/** A job above this size gets a memory of its own, so that the shared one stays small. WebAssembly memory never shrinks. */
const SHARED_BYTES = 1 << 24;

let compiled: WebAssembly.Module | undefined;
let shared: Kernels | undefined;

function instantiate(): Kernels {
  compiled ??= new WebAssembly.Module(new Uint8Array(readFileSync(join(__dirname, 'kernels.wasm'))));
  return new WebAssembly.Instance(compiled, { env: { abort() {} } }).exports as unknown as Kernels;
}

/**
 * Lays out named float32 areas in WebAssembly memory. Their contents are undefined; they are valid until the next call.
 *
 * @returns the kernels, and a view of each area, whose `byteOffset` is its pointer
 */
export function reserve<K extends string>(
  lengths: Record<K, number>,
): { kernels: Kernels; areas: Record<K, Float32Array> } {
  // Areas are 16-byte aligned, and four numbers apart for loads of a whole vector at the end.
  const sizes = Object.entries<number>(lengths).map(([name, length]) => [name, length, (length + 7) & ~3] as const);
  const bytes = 1024 + 4 * sizes.reduce((sum, [, , size]) => sum + size, 0);
  shared ??= instantiate();
  const kernels = bytes > SHARED_BYTES ? instantiate() : shared;
  let pointer = kernels.base();
  const missing = Math.ceil((pointer + bytes - kernels.memory.buffer.byteLength) / PAGE);
  if (missing > 0) {
    try {
      kernels.memory.grow(missing);
    } catch {
      const gib = (bytes / 2 ** 30).toFixed(1);
      throw new ParameterError(`This signal needs ${gib} GiB of working memory at once; split it into shorter pieces.`);
    }
  }
  const areas = {} as Record<string, Float32Array>;
  for (const [name, length, size] of sizes) {
    areas[name] = new Float32Array(kernels.memory.buffer, pointer, length);
    pointer += 4 * size;
  }
  return { kernels, areas };
}

/**
 * The largest |x| (or x, where not `absolute`), read through an area of WebAssembly memory.
 *
 * @throws ParameterError that names the first of `x` which is not a finite number
 */
export function findPeak(
  name: string,
  x: Float32Array,
  kernels: Kernels,
  area: Float32Array,
  absolute: boolean = true,
): number {
  let peak = absolute ? 0 : -Infinity;
  for (let start = 0; start < x.length; start += area.length) {
    const part = x.subarray(start, start + area.length);
    area.set(part);
    peak = Math.max(peak, kernels.peak(part.length, area.byteOffset, Number(absolute)));
  }
  if (x.length > 0 && !Number.isFinite(peak)) requireFinite(name, x);
  return peak;
}

/** Radices of a transform of `points` points: fours first, then what is left. */
function factorize(points: number): number[] {
  const factors: number[] = [];
  for (const radix of [4, 2, 3, 5]) {
    for (; points % radix === 0; points /= radix) factors.push(radix);
  }
  for (let radix = 7; points > 1; radix += 2) {
    for (; points % radix === 0; points /= radix) factors.push(radix);
  }
  return factors;
}

/** The areas that {@link RealFft} needs, for `reserve`. */
export function fftAreas(size: number): { twiddles: number; factors: number; work: number } {
  return { twiddles: 2 * size, factors: 32, work: 16 * size };
}

/** A real FFT of `size` points over four frames at once, in WebAssembly memory. */
export class RealFft {
  readonly #kernels: Kernels;
  readonly #tables: [twiddles: number, factors: number, work: number];

  constructor(
    readonly size: number,
    kernels: Kernels,
    areas: { twiddles: Float32Array; factors: Float32Array; work: Float32Array },
  ) {
    this.#kernels = kernels;
    this.#tables = [areas.twiddles.byteOffset, areas.factors.byteOffset, areas.work.byteOffset];
    for (let j = 0; j < size; j++) {
      areas.twiddles[2 * j] = Math.cos((2 * Math.PI * j) / size);
      areas.twiddles[2 * j + 1] = -Math.sin((2 * Math.PI * j) / size);
    }
    const factors = factorize(size % 2 === 0 ? size / 2 : size);
    new Int32Array(areas.factors.buffer, areas.factors.byteOffset, 32).set([...factors, 0]);
  }

  /** Four windowed frames, `hop` samples apart, to bins `step` bytes apart. */
  forward(signal: number, hop: number, window: Float32Array, re: number, im: number, step: number): void {
    this.#kernels.forward(this.size, signal, 4 * hop, window.byteOffset, ...this.#tables, re, im, step);
  }

  /** Four spectra, back to frames that are windowed and added to the signal. The window carries the scale 1 / size. */
  inverse(signal: number, hop: number, window: Float32Array, re: number, im: number, step: number): void {
    this.#kernels.inverse(this.size, signal, 4 * hop, window.byteOffset, ...this.#tables, re, im, step);
  }
}
