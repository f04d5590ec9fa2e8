import { requireInteger, requireNumber } from '../validation.js';

/** What {@link computeMaskIndices} masks. */
export interface MaskOptions {
  /** Rows, and the length of each. */
  shape: readonly [rows: number, length: number];
  /** The share of a row that the spans would cover if none overlapped, in [0, 1]. */
  probability: number;
  /** The length of a span. */
  length: number;
  /** The least number of spans in a row; default 0. */
  minMasks?: number;
  /** How much of each row is sound, where it is padded at its end; default all. */
  lengths?: readonly number[];
}

/**
 * Draws the spans that SpecAugment (Park et al. 2019) masks, like Transformers' `_compute_mask_indices`.
 *
 * A row of n frames has `probability · n / length` spans, rounded up or down at random, all of the same length; their
 * starts differ, but they may overlap.
 *
 * @param options - lengths in frames, or in channels
 * @param random - numbers in [0, 1); default `Math.random`
 * @returns for each row, true where it is masked: (rows, length)
 * @throws ParameterError for options out of range, and for spans that are longer than a row
 *
 * @example
 * const [mask] = computeMaskIndices({ shape: [1, 250], probability: 0.65, length: 10 });
 */
export function computeMaskIndices(options: MaskOptions, random: () => number = Math.random): boolean[][] {
  const { shape, probability, length, minMasks = 0, lengths } = options;
  const [rows, frames] = shape;
  requireInteger('shape[0]', rows);
  requireInteger('shape[1]', frames);
  requireNumber('probability', probability, 0, 1);
  requireInteger('length', length);
  requireNumber('length', length, 1, frames);
  requireInteger('minMasks', minMasks, 0);
  const rounding = random();
  const spanCount = (sound: number): number => {
    const wanted = Math.max(Math.floor((probability * sound) / length + rounding), minMasks);
    const fitting = Math.min(wanted, Math.floor(frames / length));
    return Math.min(fitting, Math.max(sound - (length - 1), 0));
  };
  return Array.from({ length: rows }, (_, row) => {
    const sound = lengths?.[row] ?? frames;
    const mask = new Array<boolean>(frames).fill(false);
    for (const start of distinct(spanCount(sound), sound - (length - 1), random))
      mask.fill(true, start, start + length);
    return mask;
  });
}

/** `count` different whole numbers below `limit`, by the start of a Fisher-Yates shuffle. */
function distinct(count: number, limit: number, random: () => number): number[] {
  const numbers = Array.from({ length: Math.max(0, limit) }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (limit - i));
    [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
  }
  return numbers.slice(0, count);
}
