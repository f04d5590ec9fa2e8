/** How the page makes mel spectrograms: as lesson 8 does. */
export const MEL_BANDS = 96;

/** In dB, from the darkest to the brightest colour. */
const MEL_RANGE = 80;

/** The power of a band, in dB. */
export const decibels = (power: number): number => 10 * Math.log10(Math.max(power, 1e-10));

/** Where a level lies between the darkest and the brightest colour, from 0 to 1. */
export const brightness = (db: number, loudest: number): number => 1 + (db - loudest) / MEL_RANGE;

const HIGHEST_HZ = 8000;

/** The upper end of the bands. */
export const topHz = (sampleRate: number): number => Math.min(HIGHEST_HZ, sampleRate / 2);

/** Samples of a frame whose bins are about 20 Hz wide, so that the lowest bands have one. */
export const frameLength = (sampleRate: number): number => 2 ** Math.max(5, Math.round(Math.log2(sampleRate / 20)));
