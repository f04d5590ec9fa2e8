import { MersenneTwister } from '../../dsp/mersenne-twister.js';

/**
 * The numbers 0 … length − 1 in random order.
 *
 * @param seed - a whole number; its lowest 32 bits count
 * @see Python: `torch.randperm(length, generator=torch.Generator().manual_seed(seed))`
 */
export function randomPermutation(length: number, seed: number): number[] {
  const random = new MersenneTwister(seed % 2 ** 32);
  const numbers = Array.from({ length }, (_, i) => i);
  for (let i = 0; i < length - 1; i++) {
    const j = i + (random.next32() % (length - i));
    [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
  }
  return numbers;
}

/** Which examples an epoch sees in which order, in batches: Python's, from the same seed. */
export function trainingBatches(
  length: number,
  { seed, epoch, batchSize, dropLast }: { seed: number; epoch: number; batchSize: number; dropLast: boolean },
): number[][] {
  const batches = inBatches(randomPermutation(length, seed + epoch), batchSize);
  return dropLast && length % batchSize > 0 ? batches.slice(0, -1) : batches;
}

/** All examples in their order, in batches. */
export function evaluationBatches(length: number, batchSize: number): number[][] {
  return inBatches(
    Array.from({ length }, (_, i) => i),
    batchSize,
  );
}

function inBatches(indices: readonly number[], size: number): number[][] {
  const count = Math.ceil(indices.length / size);
  return Array.from({ length: count }, (_, i) => indices.slice(i * size, (i + 1) * size));
}

/**
 * A seed for dropout, layer drop and SpecAugment that depends on the place in training alone, so that a resumed training
 * draws the same numbers: 31 bits.
 */
export function placeSeed(seed: number, globalStep: number, microStep: number): number {
  let mixed = 0;
  for (const number of [seed, globalStep, microStep]) {
    // The finaliser of MurmurHash3.
    let x = mixed ^ number;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    mixed = (x ^ (x >>> 16)) + 0x9e3779b9;
  }
  return mixed & 0x7fffffff;
}
