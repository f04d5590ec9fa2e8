import { ParameterError } from '../errors.js';

/** Anything that holds numbers one after the other: a typed array or a plain one. */
export type Numbers = ArrayLike<number>;

/** Throws unless `value` is a finite number above zero. */
export function checkPositive(chart: string, name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ParameterError(`${chart}: ${name} is ${value}; give a number above 0`);
  }
}

/** Throws unless `width` and `height`, where given, are whole pixels that a screen can hold. */
export function checkSize(chart: string, size: { width?: number; height?: number }): void {
  for (const name of ['width', 'height'] as const) {
    const value = size[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 16 && value <= 4096)) {
      throw new ParameterError(`${chart}: ${name} is ${value}; give whole pixels from 16 to 4096`);
    }
  }
}

/** Throws unless `values` holds at least one number and only finite ones. */
export function checkFinite(chart: string, name: string, values: Numbers): void {
  if (values.length === 0) throw new ParameterError(`${chart}: ${name} is empty; give at least one number`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new ParameterError(`${chart}: ${name}[${i}] is ${values[i]}; give finite numbers`);
    }
  }
}

/** Throws unless both hold the same number of values. */
export function checkSameLength(chart: string, a: string, x: Numbers, b: string, y: Numbers): void {
  if (x.length !== y.length) {
    throw new ParameterError(`${chart}: ${a} has ${x.length} values and ${b} ${y.length}; give one ${a} for each ${b}`);
  }
}

/** Throws unless `low < high`, both finite. */
export function checkRange(chart: string, lowName: string, low: number, highName: string, high: number): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new ParameterError(`${chart}: ${lowName} is ${low} and ${highName} ${high}; give ${lowName} below ${highName}`);
  }
}

/** The smallest and the largest of some numbers. */
export function extent(values: Numbers): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}
