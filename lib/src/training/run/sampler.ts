import { MersenneTwister } from '../../dsp/mersenne-twister.js';
import type { SamplingStrategy } from '../arguments/training-defaults.js';

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

/** What the order of an epoch's examples depends on. */
interface SamplingOptions {
  strategy: SamplingStrategy;
  /** For 'group_by_length': the length of each example. */
  lengths?: readonly number[];
  seed: number;
  epoch: number;
  batchSize: number;
  /** Batches of an optimiser step. */
  accumulation: number;
  dropLast: boolean;
}

/** Which examples an epoch sees in which order, in batches: Python's, from the same seed. */
export function trainingBatches(length: number, options: SamplingOptions): number[][] {
  const { batchSize, dropLast } = options;
  const batches = inBatches(orderOf(length, options), batchSize);
  return dropLast && length % batchSize > 0 ? batches.slice(0, -1) : batches;
}

function orderOf(length: number, options: SamplingOptions): number[] {
  const { strategy, lengths = [], seed, epoch, batchSize, accumulation } = options;
  if (strategy === 'sequential') return Array.from({ length }, (_, i) => i);
  const order = randomPermutation(length, seed + epoch);
  return strategy === 'group_by_length' ? groupedByLength(order, lengths, batchSize * accumulation) : order;
}

/**
 * An order in which examples of about one length come together: of each fifty batches or so, the longest first; and the
 * longest of all at the very beginning.
 *
 * @param order - a random one
 * @param size - how many examples are to be of about one length
 * @see Python: `transformers.trainer_pt_utils.get_length_grouped_indices`
 */
export function groupedByLength(order: readonly number[], lengths: readonly number[], size: number): number[] {
  const batches = Math.max(1, Math.min(Math.floor(order.length / (size * 4)), 50));
  const groups = inBatches(order, batches * size);
  for (const group of groups) group.sort((a, b) => lengths[b] - lengths[a]);
  const longest = groups.reduce((best, group) => (lengths[group[0]] > lengths[best[0]] ? group : best));
  [groups[0][0], longest[0]] = [longest[0], groups[0][0]];
  return groups.flat();
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
