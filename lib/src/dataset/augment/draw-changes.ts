import { MersenneTwister } from '../../dsp/mersenne-twister.js';
import type { Augmentation } from './augment-options.js';

/** What chance has decided for a clip in an epoch: data, which threads are sent. */
export interface ClipChanges {
  /** Where the segment begins, from 0, the first place, to 1, after the last. */
  segment: number;
  shift?: { share: number; rollover: boolean };
  invert: boolean;
  gainInDb?: number;
  background?: { file: string; snrInDb: number /** As {@link segment}, of the sound. */; place: number };
  noise?: { snrInDb: number; seed: number };
}

/**
 * Draws how a clip is changed.
 *
 * As many numbers are drawn whatever is switched on, so that one change does not depend on which others there are.
 *
 * @param seed - 31 bits, of the clip in its epoch
 */
export function drawChanges(augmentation: Augmentation, seed: number): ClipChanges {
  const random = new MersenneTwister(seed);
  const { shift, polarityInversion, gain, backgroundNoise, gaussianNoise } = augmentation;
  const segment = random.next();
  /** Whether a change is made, and how far between its least and its most. */
  const draw = (change: { p: number } | undefined) => {
    const [chance, far] = [random.next(), random.next()];
    const isMade = change !== undefined && chance < change.p;
    return { isMade, between: (least: number, most: number) => least + far * (most - least) };
  };
  const [shifts, inverts, gains, adds, hisses] = [shift, polarityInversion, gain, backgroundNoise, gaussianNoise].map(
    draw,
  );
  const [which, place, noiseSeed] = [random.next(), random.next(), random.next32()];
  const snrOf = (drawn: typeof adds, noise: { minSnrInDb: number; maxSnrInDb: number }) =>
    drawn.between(noise.minSnrInDb, noise.maxSnrInDb);
  return {
    segment,
    invert: inverts.isMade,
    ...(shift &&
      shifts.isMade && { shift: { share: shifts.between(shift.minShift, shift.maxShift), rollover: shift.rollover } }),
    ...(gain && gains.isMade && { gainInDb: gains.between(gain.minGainInDb, gain.maxGainInDb) }),
    ...(backgroundNoise &&
      adds.isMade && {
        background: {
          file: backgroundNoise.sounds[Math.floor(which * backgroundNoise.sounds.length)],
          snrInDb: snrOf(adds, backgroundNoise),
          place,
        },
      }),
    ...(gaussianNoise && hisses.isMade && { noise: { snrInDb: snrOf(hisses, gaussianNoise), seed: noiseSeed } }),
  };
}
