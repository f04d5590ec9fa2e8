import { ParameterError } from '../errors.js';
import { requireFinite } from '../validation.js';
import { decodeBase64 } from './base64.js';
import type { Kernels } from './kernels.js';
import { KERNELS } from './kernels-binary.js';
import { LANES, NUMBER_BYTES, POINT, VECTOR_BYTES } from './lanes.js';

const PAGE = 65536;
/** A job above this size gets a memory of its own, so that the shared one stays small. WebAssembly memory never shrinks. */
const SHARED_BYTES = 1 << 24;

type Exports = Kernels & { memory: WebAssembly.Memory };

let compiled: WebAssembly.Module | undefined;
let shared: Exports | undefined;

function instantiate(): Exports {
  compiled ??= new WebAssembly.Module(decodeBase64(KERNELS));
  return new WebAssembly.Instance(compiled, { env: { abort() {} } }).exports as unknown as Exports;
}

/** The length of an area: of float32 numbers, or of int32 numbers where it says so. */
type AreaLength = number | readonly [typeof Int32Array, number];

/** Named areas of WebAssembly memory; an area's `byteOffset` is its pointer. */
export type Areas<L> = { [K in keyof L]: L[K] extends number ? Float32Array : Int32Array };

/**
 * Lays out named areas in WebAssembly memory. Their contents are undefined; they are valid until the next call.
 *
 * @returns the kernels, and a view of each area
 */
export function reserve<L extends Readonly<Record<string, AreaLength>>>(
  lengths: L,
): { kernels: Kernels; areas: Areas<L> } {
  let bytes = 0;
  const places = Object.entries(lengths).map(([name, given]) => {
    const [View, length] = typeof given === 'number' ? ([Float32Array, given] as const) : given;
    const start = bytes;
    // Areas begin at a vector, and leave room for loads of a whole one at the end.
    bytes += VECTOR_BYTES * (Math.ceil(length / LANES) + 1);
    return { name, View, length, start };
  });
  shared ??= instantiate();
  const kernels = bytes > SHARED_BYTES ? instantiate() : shared;
  const base = kernels.base();
  const missing = Math.ceil((base + bytes - kernels.memory.buffer.byteLength) / PAGE);
  if (missing > 0) {
    try {
      kernels.memory.grow(missing);
    } catch {
      const gib = (bytes / 2 ** 30).toFixed(1);
      throw new ParameterError(`This signal needs ${gib} GiB of working memory at once; split it into shorter pieces.`);
    }
  }
  const { buffer } = kernels.memory;
  const areas = places.map(({ name, View, length, start }) => [name, new View(buffer, base + start, length)]);
  return { kernels, areas: Object.fromEntries(areas) };
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

/** Samples that are looked at at a time. */
const BLOCK = 1 << 13;

/** @throws ParameterError that names the first sample which is not a finite number */
export function requireFiniteSamples(samples: Float32Array): void {
  const { kernels, areas } = reserve({ block: Math.min(BLOCK, samples.length) });
  findPeak('samples', samples, kernels, areas.block);
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

/** Room for the factors of any length, and for the 0 after the last. */
const MAX_FACTORS = 32;

/** The lengths of a {@link RealFft}'s areas, for {@link reserve}. */
export function fftAreas(size: number): {
  twiddles: number;
  factors: readonly [typeof Int32Array, number];
  work: number;
} {
  return { twiddles: 2 * size, factors: [Int32Array, MAX_FACTORS], work: 2 * POINT * size };
}

/** The two tables of twiddles asked for last, which the next piece of a sound asks for again. */
let latest: Float32Array[] = [];

function twiddlesOf(size: number): Float32Array {
  const known = latest.find(({ length }) => length === 2 * size);
  if (known) return known;
  const twiddles = new Float32Array(2 * size);
  for (let j = 0; j < size; j++) {
    twiddles[2 * j] = Math.cos((2 * Math.PI * j) / size);
    twiddles[2 * j + 1] = -Math.sin((2 * Math.PI * j) / size);
  }
  latest = [...latest.slice(-1), twiddles];
  return twiddles;
}

/** A real FFT of `size` points over four frames at once, in WebAssembly memory. All its arrays lie there. */
export class RealFft {
  readonly #kernels: Kernels;
  readonly #tables: readonly [twiddles: number, factors: number, work: number];

  constructor(
    readonly size: number,
    kernels: Kernels,
    { twiddles, factors, work }: Areas<ReturnType<typeof fftAreas>>,
  ) {
    this.#kernels = kernels;
    this.#tables = [twiddles.byteOffset, factors.byteOffset, work.byteOffset];
    twiddles.set(twiddlesOf(size));
    factors.set([...factorize(size % 2 === 0 ? size / 2 : size), 0]);
  }

  /** Four windowed frames, `hop` samples apart, to a spectrum of {@link POINT} numbers a bin. */
  forward(signal: Float32Array, hop: number, window: Float32Array, spectrum: Float32Array): void {
    const [from, to] = [signal.byteOffset, spectrum.byteOffset];
    this.#kernels.forward(this.size, from, NUMBER_BYTES * hop, window.byteOffset, ...this.#tables, to);
  }

  /** A spectrum, back to frames that are windowed and added to the signal. The window carries the scale 1 / size. */
  inverse(signal: Float32Array, hop: number, window: Float32Array, spectrum: Float32Array): void {
    const [to, from] = [signal.byteOffset, spectrum.byteOffset];
    this.#kernels.inverse(this.size, to, NUMBER_BYTES * hop, window.byteOffset, ...this.#tables, from);
  }
}
