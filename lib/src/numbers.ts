import { ParameterError } from './errors.js';

// What a function takes is checked where users call it: JavaScript itself would say that something is not a function, or
// go on with what is none of the numbers.

/** Throws a {@link ParameterError} unless `values` holds numbers: an array of them, or a typed array. */
export function requireNumbers(name: string, values: ArrayLike<number>): void {
  if (isTyped(values)) {
    requireAttached(name, values);
  } else if (typeof values === 'object' && Number.isSafeInteger(values?.length) && !ArrayBuffer.isView(values)) {
    for (let i = 0; i < values.length; i++) {
      if (typeof values[i] !== 'number') throw new ParameterError(`${name}[${i}] is ${told(values[i])}; give numbers`);
    }
  } else {
    throw new ParameterError(`${name} is ${told(values)}; give an array of numbers${hint(name, values)}`);
  }
}

/** Throws a {@link ParameterError} unless `samples` are those of one channel: a typed array of numbers. */
export function requireSamples(name: string, samples: Float32Array | Float64Array): void {
  if (!isTyped(samples)) {
    const way = Array.isArray(samples) ? `: Float32Array.from(${name})` : hint(name, samples);
    throw new ParameterError(`${name} is ${told(samples)}; give one channel as a Float32Array${way}`);
  }
  requireAttached(name, samples);
}

/** Throws a {@link ParameterError} unless `waveform` has the samples of one channel. */
export function requireWaveform(name: string, waveform: { samples: Float32Array; sampleRate: number }): void {
  if (typeof waveform !== 'object' || waveform === null || !('samples' in waveform)) {
    const way = ArrayBuffer.isView(waveform) || Array.isArray(waveform) ? '' : hint(name, waveform);
    throw new ParameterError(`${name} is ${told(waveform)}; give { samples, sampleRate } of one channel${way}`);
  }
  requireSamples('samples', waveform.samples);
}

/** Throws a {@link ParameterError} unless `matrix` has rows and columns of real numbers, as those of ml-matrix. */
export function requireReal(name: string, matrix: { rows: number; columns: number }): void {
  const given = matrix as { get?: unknown; klass?: unknown; data?: unknown } | null | undefined;
  if (typeof given !== 'object' || given?.klass !== 'Matrix' || typeof given.get !== 'function') {
    throw new ParameterError(`${name} is ${told(matrix)}; give a matrix of real numbers${hint(name, matrix)}`);
  }
  const { data } = given;
  if (!ArrayBuffer.isView(data)) return;
  requireSamples(name, data as Float32Array);
  if ((data as Float32Array).length === matrix.rows * matrix.columns) return;
  throw new ParameterError(
    `${name} is ${matrix.rows} × ${matrix.columns}, but has ${told(data)}; give one for each entry`,
  );
}

type Typed =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

const isTyped = (value: unknown): value is Typed =>
  ArrayBuffer.isView(value) &&
  !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array);

/** A buffer that was sent to a thread leaves an array without numbers behind. */
function requireAttached(name: string, values: Typed): void {
  if (values.length > 0) return;
  try {
    new Uint8Array(values.buffer);
  } catch (cause) {
    throw new ParameterError(`${name} has no numbers any more: its buffer was given away; give a copy of it`, {
      cause,
    });
  }
}

/** A value in a message: short, whatever it is. */
export function told(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 39)}…` : value}'`;
  if (typeof value === 'bigint') return `the bigint ${value}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value)) return `a ${kind} of ${(value as Uint8Array).length ?? value.byteLength}`;
  if (isMultiChannel(value)) return `sound of ${value.channels.length} channels`;
  if (isComplex(value)) return 'complex';
  if ('samples' in value) return 'a waveform';
  return 'rows' in value ? 'a matrix' : `an ${kind.toLowerCase()}`;
}

const isMultiChannel = (value: object): value is { channels: unknown[] } =>
  'channels' in value && Array.isArray(value.channels);

const isComplex = (value: object): boolean => 're' in value && 'im' in value;

/** How what was given becomes what is wanted. */
function hint(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  if (isMultiChannel(value)) return `, such as ${name}.channels[0], or load the sound with mono: true`;
  if (isComplex(value)) return 'magnitude' in value ? `, such as ${name}.magnitude()` : ', such as its real part';
  return 'samples' in value ? `: ${name}.samples` : '';
}
