import type { AbstractMatrix } from 'ml-matrix';
import { FloatMatrix } from '../dsp/float-matrix.js';
import { ParameterError } from '../errors.js';
import { requireNumbers, requireReal, told } from '../numbers.js';
import { firstNotFinite } from '../validation.js';

/** Throws unless `width` and `height`, where given, are whole pixels that a screen can hold. */
export function requireSize(size: { width?: number; height?: number }): void {
  for (const name of ['width', 'height'] as const) {
    const value = size[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 16 && value <= 4096)) {
      throw new ParameterError(`${name} is ${value}; give whole pixels from 16 to 4096`);
    }
  }
}

/** Throws unless `values` holds at least one number and only finite ones. */
export function requireValues(name: string, values: ArrayLike<number>): void {
  requireNumbers(name, values);
  if (values.length === 0) throw new ParameterError(`${name} is empty; give at least one number`);
  const i = firstNotFinite(values);
  if (i >= 0) throw new ParameterError(`${name}[${i}] is ${values[i]}; a chart needs finite numbers`);
}

/** Throws unless `values` is an array whose items pass, as strings do where nothing is said. */
export function requireItems<T>(
  name: string,
  values: readonly T[],
  wanted: string,
  isItem: (item: unknown) => boolean = (item) => typeof item === 'string',
): void {
  if (!Array.isArray(values)) throw new ParameterError(`${name} is ${told(values)}; give an array of ${wanted}`);
  const i = values.findIndex((item) => !isItem(item));
  if (i >= 0) throw new ParameterError(`${name}[${i}] is ${told(values[i])}; give an array of ${wanted}`);
}

/** Throws unless both hold the same number of values. */
export function requireSameLength(a: string, x: ArrayLike<number>, b: string, y: ArrayLike<number>): void {
  if (x.length !== y.length) {
    throw new ParameterError(`${a} has ${x.length} values and ${b} has ${y.length}; give one ${a} for each ${b}`);
  }
}

/** Throws unless `low < high`, both finite. */
export function requireRange(lowName: string, low: number, highName: string, high: number): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new ParameterError(`${lowName} is ${low} and ${highName} is ${high}; give ${lowName} below ${highName}`);
  }
}

/** The matrix over float32 numbers; throws unless it has entries and all are finite. */
export function requireMatrix(name: string, matrix: AbstractMatrix): FloatMatrix {
  requireReal(name, matrix);
  const { rows, columns } = matrix;
  if (rows * columns === 0)
    throw new ParameterError(`${name} is empty (${rows} × ${columns}); give at least one entry`);
  const float = matrix instanceof FloatMatrix ? matrix : new FloatMatrix(rows, columns);
  if (float !== matrix) {
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) float.data[i * columns + j] = matrix.get(i, j);
  }
  const bad = firstNotFinite(float.data);
  if (bad >= 0) {
    const at = `row ${Math.floor(bad / columns)}, column ${bad % columns}`;
    throw new ParameterError(`${name} has ${float.data[bad]} at ${at}; a chart needs finite numbers`);
  }
  return float;
}
