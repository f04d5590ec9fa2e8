import { type CheckpointFile, quote } from './checkpoint-file.js';
import { DTYPES, type DType } from './dtype.js';

/** What a tensor in a file looks like. */
export interface TensorInfo {
  /** How the file holds the numbers. */
  readonly dtype: DType;
  /** `[]` for a single number. */
  readonly shape: readonly number[];
}

/** Where a tensor's numbers are. Whoever makes one has checked that all of them lie in the file. */
export interface StoredTensor extends TensorInfo {
  /** The byte where the first one is. */
  readonly position: number;
  /** How many numbers further the next one along each axis is. */
  readonly strides: readonly number[];
}

/** What a file says about its tensors. */
export interface Contents {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
  /** What is no tensor, in words. */
  leftOut: Map<string, string>;
}

/** The most axes that a tensor may have; PyTorch's own limit. */
export const MOST_AXES = 64;

/** Numbers that are converted at a time: so that conversion needs at most 0.75 MB, whatever the tensor's size. */
const CHUNK = 2 ** 16;

/** @returns the number of elements, Infinity where it is beyond 2^53 */
export function elementCount(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((product, size) => product * size, 1);
  return Number.isSafeInteger(count) ? count : Infinity;
}

/** The strides of a tensor whose last axis varies fastest. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  for (let k = shape.length - 1, stride = 1; k >= 0; stride *= shape[k--]) strides[k] = stride;
  return strides;
}

/** The tensor as float32, row-major. */
export function readTensor(file: CheckpointFile, name: string, tensor: StoredTensor): Float32Array {
  const { dtype, position, shape, strides } = tensor;
  const length = elementCount(shape);
  let out: Float32Array;
  try {
    out = new Float32Array(length);
  } catch (cause) {
    throw file.error(`tensor ${quote(name)} has ${length} numbers, more than fit into memory`, cause);
  }
  const natural = rowMajor(shape);
  if (length === 0 || strides.every((stride, k) => shape[k] === 1 || stride === natural[k])) {
    readRun(file, dtype, position, out);
  } else {
    gather(file, tensor, out);
  }
  return out;
}

/** Numbers that lie one behind the other. */
function readRun(file: CheckpointFile, dtype: DType, position: number, out: Float32Array): void {
  if (dtype === 'F32') {
    file.read(position, new Uint8Array(out.buffer, out.byteOffset, out.byteLength));
    return;
  }
  const { bytes, toFloat32 } = DTYPES[dtype];
  const chunk = new ArrayBuffer(Math.min(CHUNK, out.length) * bytes);
  for (let at = 0; at < out.length; at += CHUNK) {
    const part = out.subarray(at, at + CHUNK);
    file.read(position + at * bytes, new Uint8Array(chunk, 0, part.length * bytes));
    toFloat32(chunk, part);
  }
}

/** A transposed, sliced or expanded tensor: in the order of the file, so that each part of it is read once. */
function gather(file: CheckpointFile, { dtype, position, shape, strides }: StoredTensor, out: Float32Array): void {
  const steps = rowMajor(shape);
  const axes = shape
    .map((size, k) => ({ size, stride: strides[k], step: steps[k] }))
    .filter(({ size }) => size > 1)
    .sort((a, b) => b.stride - a.stride);
  const extent = axes.reduce((sum, { size, stride }) => sum + (size - 1) * stride, 1);
  const window = new Float32Array(Math.min(CHUNK, extent));
  let start = 0;
  let end = 0;
  const visit = (depth: number, source: number, target: number): void => {
    const { size, stride, step } = axes[depth];
    for (let i = 0; i < size; i++, source += stride, target += step) {
      if (depth + 1 < axes.length) {
        visit(depth + 1, source, target);
        continue;
      }
      if (source < start || source >= end) {
        start = source;
        end = Math.min(source + CHUNK, extent);
        readRun(file, dtype, position + start * DTYPES[dtype].bytes, window.subarray(0, end - start));
      }
      out[target] = window[source - start];
    }
  };
  visit(0, 0, 0);
}
