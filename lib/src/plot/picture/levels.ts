import { BASE, decodeExpression, encodeNumbers } from './digits.js';

/** A waveform at one resolution: a sample each, or the extremes of bins. */
export interface Level {
  /** Samples per bin. */
  hop: number;
  /** The largest of each bin, or the sample itself, as {@link encodeValues} writes it. */
  high: string;
  /** The smallest of each bin, where it is not −high. */
  low?: string;
}

export interface LevelOptions {
  /** The coarsest level has at most so many bins. */
  maxPoints: number;
  /** The finer levels have together at most so many. */
  zoomPoints: number;
  /** Bins reach from minus to plus their largest magnitude. */
  mirror: boolean;
  /** The largest magnitude. */
  peak: number;
}

/** Bins of one level in a bin of the next coarser one. */
const RATIO = 8;

/** Two digits tell so many steps apart on each side of 0. */
const STEPS = (BASE ** 2 - 1) / 2;

/**
 * The levels of a waveform, from coarse to fine. The finest are the samples themselves, unless that is more than
 * `zoomPoints` allow.
 */
export function waveformLevels(samples: Float32Array, options: LevelOptions): Level[] {
  const coarse = Math.max(1, Math.ceil(samples.length / options.maxPoints));
  return [coarse, ...finerHops(samples.length, coarse, options)].map((hop) => level(samples, hop, options));
}

function finerHops(length: number, coarse: number, { zoomPoints, mirror }: LevelOptions): number[] {
  for (let finest = 1; finest <= coarse / 2; finest++) {
    const hops: number[] = [];
    for (let hop = finest; hop <= coarse / 2; hop *= RATIO) hops.unshift(hop);
    const points = hops.reduce((sum, hop) => sum + Math.ceil(length / hop) * (mirror || hop === 1 ? 1 : 2), 0);
    if (points <= zoomPoints) return hops;
  }
  return [];
}

function level(samples: Float32Array, hop: number, { mirror, peak }: LevelOptions): Level {
  if (hop === 1) return { hop, high: encodeValues(samples, peak) };
  const count = Math.ceil(samples.length / hop);
  const low = new Float32Array(count);
  const high = new Float32Array(count);
  for (let bin = 0; bin < count; bin++) {
    const end = Math.min(samples.length, (bin + 1) * hop);
    let least = samples[bin * hop];
    let most = least;
    for (let i = bin * hop + 1; i < end; i++) {
      if (samples[i] < least) least = samples[i];
      else if (samples[i] > most) most = samples[i];
    }
    low[bin] = least;
    high[bin] = mirror ? Math.max(most, -least) : most;
  }
  return { hop, high: encodeValues(high, peak), ...(mirror ? {} : { low: encodeValues(low, peak) }) };
}

/** Numbers in [−peak, peak] as text, two characters each. */
function encodeValues(values: Float32Array, peak: number): string {
  return encodeNumbers(values.length, 2, (i) => STEPS + (peak > 0 ? Math.round((values[i] / peak) * STEPS) : 0));
}

/** The number that stands at place `at` of such a text, as a Vega expression. */
export function decodeLevel(digits: string, text: string, at: string, peak: number): string {
  return `(${decodeExpression(digits, text, at, 2)} - ${STEPS}) * ${peak / STEPS}`;
}
