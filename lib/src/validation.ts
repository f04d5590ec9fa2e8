import { ParameterError } from './errors.js';
import { told } from './numbers.js';

function fail(name: string, value: unknown, range: string): never {
  throw new ParameterError(`${name} is ${shown(value)}; ${range}`);
}

/** A value for a message, cut where it is absurdly long. */
function shown(value: unknown): string {
  const text = typeof value === 'object' ? written(value, 2) : String(value);
  const cut = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return typeof value === 'string' ? `'${cut}'` : cut;
}

/** Entries of a list that are written. */
const MOST = 20;

/** A list or a plain object as it is written, so many levels deep; all else in words. */
function written(value: unknown, levels: number): string {
  const isList = Array.isArray(value);
  if (!isList && !isPlain(value)) return told(value);
  if (levels === 0) return isList ? '[Array]' : '[Object]';
  const entries = Object.entries(isList ? value.slice(0, MOST) : value);
  const parts = entries.map(([key, entry]) => `${isList ? '' : `${key}: `}${written(entry, levels - 1)}`);
  if (isList && value.length > MOST) parts.push('…');
  return isList ? `[ ${parts.join(', ')} ]` : `{ ${parts.join(', ')} }`;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Throws a {@link ParameterError} unless `value` is a whole number of at least `least`. */
export function requireInteger(name: string, value: number, least: number = 1): void {
  if (!Number.isSafeInteger(value) || value < least) fail(name, value, `give a whole number of at least ${least}`);
}

/** Throws a {@link ParameterError} unless `value` is a finite number in [`least`, `most`]. */
export function requireNumber(name: string, value: number, least: number = -Infinity, most: number = Infinity): void {
  if (!Number.isFinite(value) || value < least || value > most) {
    const range = [least > -Infinity ? `at least ${least}` : '', most < Infinity ? `at most ${most}` : ''];
    fail(name, value, ['give a number', range.filter(Boolean).join(' and ')].filter(Boolean).join(' of '));
  }
}

/** Sampling rates of sound, in Hz. */
export const RATES: { readonly from: number; readonly to: number } = { from: 100, to: 1_000_000 };

/**
 * Throws a {@link ParameterError} unless `value` is a sampling rate of sound, in Hz: beyond these, converting a clip would
 * cost minutes or gigabytes.
 */
export function requireRate(name: string, value: number): void {
  requireInteger(name, value);
  requireNumber(name, value, RATES.from, RATES.to);
}

/** Throws a {@link ParameterError} unless `value` is a finite number above zero. */
export function requirePositive(name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) fail(name, value, 'give a number above 0');
}

/** Throws a {@link ParameterError} unless `value` is one of `choices`. */
export function requireChoice<T>(name: string, value: T, choices: readonly T[]): void {
  if (!choices.includes(value)) fail(name, value, `give one of ${choices.join(', ')}`);
}

/** Throws a {@link ParameterError} that names the first sample which is not a finite number. */
export function requireFinite(name: string, samples: ArrayLike<number>): void {
  const i = firstNotFinite(samples);
  if (i >= 0) fail(`${name}[${i}]`, samples[i], 'audio must be finite everywhere');
}

const finite = new WeakSet<ArrayLike<number>>();

/**
 * Notes that an array holds finite numbers only, so that nobody on its way to the model looks at all of them again: for
 * arrays that the library has made of checked ones, and hands to nobody but the model.
 */
export function noteFinite(samples: Float32Array): Float32Array {
  finite.add(samples);
  return samples;
}

/** Where the first number is that is not finite; -1 where there is none, and for what {@link noteFinite} knows. */
export function firstNotFinite(samples: ArrayLike<number>): number {
  if (finite.has(samples)) return -1;
  for (let i = 0; i < samples.length; i++) if (samples[i] - samples[i] !== 0) return i;
  return -1;
}
