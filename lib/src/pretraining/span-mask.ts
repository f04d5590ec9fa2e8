import type { MersenneTwister } from '../dsp/mersenne-twister.js';

/** What {@link drawSpans} masks. */
export interface SpanOptions {
  /** Rows, and the length of each. */
  shape: readonly [rows: number, length: number];
  /** The share of a row that the spans would cover if none overlapped. */
  maskProb: number;
  /** The length of a span. */
  maskLength: number;
  /** The least number of spans in a row. */
  minMasks: number;
  /** How much of each row is sound, where rows are padded at their ends; default all. */
  lengths?: readonly number[];
}

/**
 * Draws the spans that HuBERT has to guess, like fairseq's `compute_mask_indices` with spans of one length that may
 * overlap (`static`): from the same state of NumPy's generator, the same frames. All rows have as many masked frames as
 * the one with the fewest, so that of the others some frames show through.
 *
 * The order of the draws is that of fairseq 0.12, which draws from `numpy.random`; later versions draw as many from
 * another generator.
 *
 * @returns for each row, true where it is masked: (rows, length)
 */
export function drawSpans(options: SpanOptions, random: MersenneTwister): boolean[][] {
  const { shape, maskProb, maskLength, minMasks, lengths } = options;
  const [rows, length] = shape;
  const spansOf = (sound: number) => Math.max(minMasks, Math.trunc((maskProb * sound) / maskLength + random.next()));
  const inWholeRows = spansOf(length);
  const masked = Array.from({ length: rows }, (_, row) => {
    const sound = lengths?.[row] ?? length;
    return maskedFrames(sound, maskLength, lengths ? spansOf(sound) : inWholeRows, random);
  });
  const fewest = Math.min(...masked.map((frames) => frames.length));
  return masked.map((frames) => {
    const kept = frames.length > fewest ? choose(frames.length, fewest, random).map((i) => frames[i]) : frames;
    const mask = new Array<boolean>(length).fill(false);
    for (const frame of kept) mask[frame] = true;
    return mask;
  });
}

/** The frames of some spans, in order. */
function maskedFrames(sound: number, maskLength: number, spans: number, random: MersenneTwister): number[] {
  if (spans === 0) return [];
  // Of a row that is too short for so many different starts, spans may begin near its end.
  const starts = sound - maskLength <= spans ? spans + 1 : sound - maskLength;
  const frames = new Set<number>();
  for (const start of choose(starts, spans, random)) {
    for (let frame = start; frame < Math.min(start + maskLength, sound); frame++) frames.add(frame);
  }
  return [...frames].sort((a, b) => a - b);
}

/** `count` different whole numbers below `limit`, as `numpy.random.choice(limit, count, replace=False)` draws them. */
function choose(limit: number, count: number, random: MersenneTwister): number[] {
  const numbers = Array.from({ length: limit }, (_, i) => i);
  for (let i = limit - 1; i > 0; i--) {
    const j = below(i, random);
    [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
  }
  return numbers.slice(0, count);
}

/** A whole number from 0 to `most`: NumPy draws as many bits as it needs, until they are no more than that. */
function below(most: number, random: MersenneTwister): number {
  const bits = 2 ** Math.ceil(Math.log2(most + 1)) - 1;
  let value: number;
  do value = random.next32() & bits;
  while (value > most);
  return value;
}
