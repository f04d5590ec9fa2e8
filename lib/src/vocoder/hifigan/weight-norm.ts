import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { CheckpointError } from '../../errors.js';

/** What PyTorch calls the direction and the length of a weight before and since 2.1. */
const PARTS = [
  ['.weight_v', '.weight_g'],
  ['.parametrizations.weight.original1', '.parametrizations.weight.original0'],
] as const;

/**
 * A checkpoint in which each weight is one tensor, also where the file has its direction and length apart, as weight norm
 * trains them (Salimans and Kingma 2016): weight = length · direction / ‖direction‖, for each entry of the first axis.
 */
export function withoutWeightNorm(checkpoint: Checkpoint): Checkpoint {
  const tensors = new Map(checkpoint.tensors);
  const apart = new Map<string, readonly [direction: string, length: string]>();
  for (const name of checkpoint.tensors.keys()) {
    for (const [directionEnd, lengthEnd] of PARTS) {
      if (!name.endsWith(directionEnd)) continue;
      const module = name.slice(0, -directionEnd.length);
      const length = module + lengthEnd;
      const { shape } = tensors.get(name)!;
      requireLength(checkpoint, length, shape);
      tensors.delete(name);
      tensors.delete(length);
      tensors.set(`${module}.weight`, { dtype: 'F32', shape });
      apart.set(`${module}.weight`, [name, length]);
    }
  }
  const { path, metadata, leftOut } = checkpoint;
  return {
    path,
    metadata,
    leftOut,
    tensors,
    float32(name) {
      const parts = apart.get(name);
      if (!parts) return checkpoint.float32(name);
      const [direction, length] = parts.map((part) => checkpoint.float32(part));
      return scaled(direction, length);
    },
    close: () => checkpoint.close(),
  };
}

function requireLength({ path, tensors }: Checkpoint, name: string, shape: readonly number[]): void {
  const found = tensors.get(name)?.shape;
  const expected = shape.map((size, axis) => (axis === 0 ? size : 1));
  if (found?.join() === expected.join()) return;
  const what = found ? `is [${found.join(', ')}]` : 'is missing';
  throw new CheckpointError(`${path}: ${name} ${what}; its direction needs a tensor [${expected.join(', ')}]`);
}

/** Gives each part of the direction its length, in place. */
function scaled(direction: Float32Array, lengths: Float32Array): Float32Array {
  const size = direction.length / lengths.length;
  for (let i = 0; i < lengths.length; i++) {
    const part = direction.subarray(i * size, (i + 1) * size);
    const factor = lengths[i] / Math.sqrt(part.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < size; k++) part[k] *= factor;
  }
  return direction;
}
