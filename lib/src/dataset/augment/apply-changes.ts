import { loadSegments } from '../../audio/load-segments.js';
import { MersenneTwister } from '../../dsp/mersenne-twister.js';
import { normalPair } from '../../dsp/normal-pair.js';
import { DatasetError } from '../../errors.js';
import type { ClipChanges } from './draw-changes.js';

/**
 * Changes a clip, in the order of {@link AugmentOptions}.
 *
 * @param samples - at `sampleRate`, in Hz; they stay as they are
 * @throws DatasetError if the background cannot be read: it is no fault of the clip, which would be left out
 */
export async function applyChanges(
  samples: Float32Array,
  sampleRate: number,
  { shift, invert, gainInDb, background, noise }: ClipChanges,
): Promise<Float32Array> {
  let changed = samples;
  if (shift) changed = shifted(changed, Math.round(shift.share * changed.length), shift.rollover);
  if (invert) changed = changed.map((x) => -x);
  if (gainInDb !== undefined) changed = amplified(changed, gainInDb);
  if (background)
    changed = withNoise(changed, await backgroundOf(background, changed.length, sampleRate), background.snrInDb);
  if (noise) changed = withNoise(changed, gaussianNoise(changed.length, noise.seed), noise.snrInDb);
  return changed;
}

/** Later by `count` samples, or earlier where it is below 0. */
export function shifted(samples: Float32Array, count: number, rollover: boolean): Float32Array {
  const { length } = samples;
  if (!rollover) {
    const moved = new Float32Array(length);
    moved.set(samples.subarray(Math.max(0, -count), length - Math.max(0, count)), Math.max(0, count));
    return moved;
  }
  const start = ((count % length) + length) % length;
  const moved = new Float32Array(length);
  moved.set(samples.subarray(length - start));
  moved.set(samples.subarray(0, length - start), start);
  return moved;
}

/** Louder by so many decibels of amplitude. */
export function amplified(samples: Float32Array, gainInDb: number): Float32Array {
  const factor = 10 ** (gainInDb / 20);
  return samples.map((x) => x * factor);
}

/**
 * The sum of a clip and a noise that is scaled so that the clip's root mean square is `snrInDb` above the noise's.
 * Beside silence, and of a silent noise, nothing is heard.
 *
 * @param noise - as long as the clip
 */
export function withNoise(samples: Float32Array, noise: Float32Array, snrInDb: number): Float32Array {
  const power = meanSquare(noise);
  if (power === 0) return samples;
  const scale = Math.sqrt(meanSquare(samples) / power) / 10 ** (snrInDb / 20);
  return samples.map((x, i) => x + scale * noise[i]);
}

/** White noise of mean 0 and standard deviation 1. */
export function gaussianNoise(length: number, seed: number): Float32Array {
  const random = new MersenneTwister(seed);
  const noise = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const [even, odd] = normalPair(() => random.next());
    noise[i] = even;
    if (i + 1 < length) noise[i + 1] = odd;
  }
  return noise;
}

/** A part of a sound, repeated where the sound is shorter. */
async function backgroundOf(
  { file, place }: NonNullable<ClipChanges['background']>,
  length: number,
  sampleRate: number,
): Promise<Float32Array> {
  const startsOf = (last: number) => [Math.floor(place * (last + 1))];
  const [sound] = await loadSegments(file, { sampleRate, length, count: 1, startsOf }).catch((cause: Error) => {
    throw new DatasetError(`augment.backgroundNoise: ${cause.message}`, { cause });
  });
  if (sound.length === length) return sound;
  return Float32Array.from({ length }, (_, i) => sound[i % sound.length]);
}

function meanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const x of samples) sum += x * x;
  return sum / samples.length;
}
