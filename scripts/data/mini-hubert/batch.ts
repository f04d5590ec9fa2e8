import { Wav2Vec2FeatureExtractor } from 'onpa';
import { MersenneTwister } from 'onpa/dist/dsp/mersenne-twister.js';
import { MEASURES } from './measure.js';
import { EXCERPT, FRAMES, HOP, SAMPLE_RATE } from './recipe.js';
import { summary } from './summary.js';
import type { Targets } from './targets.js';

/** The probability that a span of masked frames begins at a frame, and its length. */
const MASK_START = 0.05;
const MASK_LENGTH = 10;

/** Excerpts, and what is to be found in them. */
export interface Batch {
  /** Normalised samples; the second excerpts of all pieces follow the first ones of all. */
  samples: readonly Float32Array[];
  /** For each excerpt, which frames are masked. */
  masked: boolean[][];
  /** The cluster of each frame: 2 × (excerpts · frames). */
  clusters: readonly Int32Array[];
  /** (excerpts, frames, measurements) */
  features: Float32Array;
  /** (excerpts, numbers of a summary) */
  summaries: Float32Array;
}

const extractor = new Wav2Vec2FeatureExtractor({ doNormalize: true, returnAttentionMask: false });

/**
 * An excerpt of either half of some clips.
 *
 * @param chosen - the clips, by their numbers
 * @param seed - decides where excerpts begin and what is masked
 */
export function batchOf(
  clips: readonly Float32Array[],
  targets: Targets,
  chosen: readonly number[],
  seed: number,
): Batch {
  const random = new MersenneTwister(seed);
  const half = Math.floor(targets.frames / 2);
  const start = () => Math.floor(random.next() * (half - FRAMES + 1));
  const excerpts = [0, half].flatMap((first) => chosen.map((clip) => ({ clip, start: first + start() })));
  // The first of an excerpt's frames among those of all clips.
  const firsts = excerpts.map((excerpt) => excerpt.clip * targets.frames + excerpt.start);
  const cut = excerpts.map((excerpt) => clips[excerpt.clip].slice(HOP * excerpt.start, HOP * excerpt.start + EXCERPT));
  const features = firsts.map((first) => targets.features.subarray(first * MEASURES, (first + FRAMES) * MEASURES));
  return {
    samples: extractor(cut, { samplingRate: SAMPLE_RATE }).inputValues,
    masked: excerpts.map(() => mask(random)),
    clusters: targets.clusters.map((all) =>
      Int32Array.from(firsts.flatMap((first) => Array.from(all.subarray(first, first + FRAMES)))),
    ),
    features: flat(features),
    summaries: flat(features.map(summary)),
  };
}

/** So many different numbers below `limit`. */
export function choose(count: number, limit: number, seed: number): number[] {
  const random = new MersenneTwister(seed);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random.next() * limit));
  return [...chosen];
}

/** Spans begin at random, and may overlap. */
function mask(random: MersenneTwister): boolean[] {
  const masked = new Array<boolean>(FRAMES).fill(false);
  for (let t = 0; t < FRAMES; t++) if (random.next() < MASK_START) masked.fill(true, t, t + MASK_LENGTH);
  return masked;
}

function flat(parts: readonly Float32Array[]): Float32Array {
  const { length } = parts[0];
  const result = new Float32Array(parts.length * length);
  for (const [i, part] of parts.entries()) result.set(part, i * length);
  return result;
}
