import { type InspectOptions, inspect } from 'node:util';

/** As many numbers as Node shows of an array; of a longer one the first and the last are shown, as in NumPy. */
const MOST = 100;
const ENDS = 3;

/**
 * Has the samples of a sound take one line where they are shown, rather than a hundred numbers of 18 digits: everywhere
 * in this process, since a waveform has them inside.
 */
export function shortenArrays(): void {
  const prototype = Object.getPrototypeOf(Float32Array.prototype);
  Object.defineProperty(prototype, inspect.custom, { value: short, configurable: true, writable: true });
}

function short(this: NodeJS.TypedArray, depth: number, options: InspectOptions): string {
  if (depth < 0 || this.length <= MOST) return inspect(this, { ...options, depth, customInspect: false });
  const ends = [this.slice(0, ENDS), this.slice(-ENDS)].map((part) =>
    Array.from(part as Float32Array, rounded).join(', '),
  );
  return `${this.constructor.name}(${this.length}) [ ${ends.join(', …, ')} ]`;
}

function rounded(value: number | bigint): string {
  return typeof value === 'bigint' || Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
