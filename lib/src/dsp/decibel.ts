import { requireReal, requireSamples } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireFinite, requireNumber, requirePositive } from '../validation.js';
import { findPeak, reserve } from './engine.js';
import { FloatMatrix } from './float-matrix.js';

/** Options of {@link amplitudeToDb} and {@link powerToDb}. */
export interface DecibelOptions {
  /** What 0 dB is: a number (default 1), or 'max' for the largest value, like `ref=np.max`. */
  ref?: number | 'max';
  /** Smaller values count as this; above 0. Default 1e-5 for amplitudes, 1e-10 for powers. */
  amin?: number;
  /** Nothing lies further than this below the peak, in dB; default 80; null for no limit. */
  topDb?: number | null;
}

/** Numbers that become decibels: the result is of the same kind and shape. */
export type Levels = FloatMatrix | Float32Array | Float64Array;

/** Numbers converted at a time, in WebAssembly memory that fits the cache. */
const BLOCK = 1 << 15;

/**
 * Amplitude to decibels, 20 log₁₀(|x| / ref), like `librosa.amplitude_to_db`.
 *
 * @param x - amplitudes, such as `stft(…).magnitude()`
 * @returns decibels, in the shape of `x`
 * @throws ParameterError for options out of range or numbers that are not finite
 * @see {@link powerToDb}
 *
 * @example
 * amplitudeToDb(Float32Array.of(1, 0.1, 0)); // [0, -20, -80]
 */
export function amplitudeToDb<T extends Levels>(x: T, options: OrNull<DecibelOptions> = {}): T {
  const chosen = given<DecibelOptions, 'topDb'>(options, 'topDb');
  const { ref = 1, amin = 1e-5, topDb = 80 } = chosen;
  return toDecibels(x, ref, amin, topDb, true);
}

/**
 * Power to decibels, 10 log₁₀(x / ref), like `librosa.power_to_db`.
 *
 * @param x - powers, such as `melSpectrogram(…)`
 * @returns decibels, in the shape of `x`
 * @throws ParameterError for options out of range or numbers that are not finite
 * @see {@link amplitudeToDb}
 *
 * @example
 * powerToDb(Float32Array.of(1, 0.1, 0)); // [0, -10, -80]
 */
export function powerToDb<T extends Levels>(x: T, options: OrNull<DecibelOptions> = {}): T {
  const chosen = given<DecibelOptions, 'topDb'>(options, 'topDb');
  const { ref = 1, amin = 1e-10, topDb = 80 } = chosen;
  return toDecibels(x, ref, amin, topDb, false);
}

function toDecibels<T extends Levels>(
  levels: T,
  ref: number | 'max',
  amin: number,
  topDb: number | null,
  square: boolean,
): T {
  requirePositive('amin', amin);
  if (topDb !== null) requireNumber('topDb', topDb, 0);
  if (ref !== 'max') requireNumber('ref', ref);
  if (levels instanceof FloatMatrix) requireReal('x', levels);
  else requireSamples('x', levels as Float32Array | Float64Array);
  const x = levels instanceof FloatMatrix ? levels.data : (levels as Float32Array | Float64Array);
  const { kernels, areas } = reserve({ block: Math.min(BLOCK, x.length) });
  const single = x instanceof Float32Array;
  const peak = single ? findPeak('x', x, kernels, areas.block, square) : float64Peak(x, square);
  const power = (value: number) => (square ? value * value : value);
  const least = power(amin);
  const decibels = (value: number) => 10 * Math.log10(Math.max(least, power(value)));
  const offset = decibels(ref === 'max' ? peak : Math.abs(ref));
  const floor = topDb === null ? -Infinity : decibels(peak) - offset - topDb;

  if (!single) {
    return Float64Array.from(x, (value) => Math.max(decibels(value) - offset, floor)) as T;
  }
  const result = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += BLOCK) {
    const part = x.subarray(start, start + BLOCK);
    areas.block.set(part);
    kernels.decibel(part.length, areas.block.byteOffset, least, offset, floor, Number(square));
    result.set(areas.block.subarray(0, part.length), start);
  }
  return (levels instanceof FloatMatrix ? new FloatMatrix(levels.rows, levels.columns, result) : result) as T;
}

function float64Peak(x: Float64Array, absolute: boolean): number {
  requireFinite('x', x);
  return x.reduce((peak, value) => Math.max(peak, absolute ? Math.abs(value) : value), absolute ? 0 : -Infinity);
}
