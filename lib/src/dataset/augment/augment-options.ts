import { statSync } from 'node:fs';
import { ParameterError } from '../../errors.js';
import { pathOf } from '../../files.js';
import { requireChoice, requireNumber } from '../../validation.js';

/** How often a change is made. */
export interface ChangeOptions {
  /** The probability with which a clip is changed; default 0.5. */
  p?: number;
}

/** Louder or softer, by a gain that is uniform in dB; `torch_audiomentations.Gain`. */
export interface GainOptions extends ChangeOptions {
  /** Default −18. */
  minGainInDb?: number;
  /** Default 6. */
  maxGainInDb?: number;
}

/** Noise beside the clip, with a ratio of signal to noise that is uniform in dB. */
export interface NoiseOptions extends ChangeOptions {
  /** Default 3 for a background, 5 for white noise. */
  minSnrInDb?: number;
  /** Default 30 for a background, 40 for white noise. */
  maxSnrInDb?: number;
}

/** A part of another sound beside the clip; `torch_audiomentations.AddBackgroundNoise`. */
export interface BackgroundNoiseOptions extends NoiseOptions {
  /** Files, of which one is drawn; a shorter one is repeated. */
  sounds: readonly string[];
}

/** Later or earlier; `torch_audiomentations.Shift`. */
export interface ShiftOptions extends ChangeOptions {
  /** A share of the clip, from −1 to 1; below 0 the clip comes earlier. Default −0.5. */
  minShift?: number;
  /** Default 0.5. */
  maxShift?: number;
  /** What leaves the clip at one end comes back at the other (the default), or zeros do. */
  rollover?: boolean;
}

/**
 * How clips are changed in training, in this order: shift, polarity, gain, background, noise. What is left out is not
 * done. Names and defaults are those of the package torch-audiomentations; those of `gaussianNoise`, which it does not have,
 * are audiomentations'.
 *
 * Nothing is clipped: samples may go beyond ±1. An extractor with `doNormalize` scales the changed clip, which undoes a gain.
 */
export interface AugmentOptions {
  shift?: ShiftOptions;
  /** The sign of all samples; `torch_audiomentations.PolarityInversion`. */
  polarityInversion?: ChangeOptions;
  gain?: GainOptions;
  backgroundNoise?: BackgroundNoiseOptions;
  /** White noise; `audiomentations.AddGaussianSNR`, whose ratio holds exactly here. */
  gaussianNoise?: NoiseOptions;
}

/** The options with their defaults; what is off is undefined. */
export interface Augmentation {
  shift?: Required<ShiftOptions>;
  polarityInversion?: Required<ChangeOptions>;
  gain?: Required<GainOptions>;
  backgroundNoise?: Required<BackgroundNoiseOptions>;
  gaussianNoise?: Required<NoiseOptions>;
}

/** What is done where an option says nothing else. */
const DEFAULTS = {
  shift: { minShift: -0.5, maxShift: 0.5, rollover: true },
  polarityInversion: {},
  gain: { minGainInDb: -18, maxGainInDb: 6 },
  backgroundNoise: { minSnrInDb: 3, maxSnrInDb: 30, sounds: [] as readonly string[] },
  gaussianNoise: { minSnrInDb: 5, maxSnrInDb: 40 },
};

/** Beyond it a change is silence, or overflows. */
const MOST_DB = 200;

/** @throws ParameterError that names the first option which is unknown or out of range */
export function completeAugmentation(options: AugmentOptions): Augmentation {
  requireRecord('augment', options, Object.keys(DEFAULTS));
  const complete: Record<string, object> = {};
  for (const [name, defaults] of Object.entries(DEFAULTS)) {
    const own = options[name as keyof AugmentOptions];
    if (own === undefined || own === null) continue;
    const known = { ...defaults, p: 0.5 };
    requireRecord(`augment.${name}`, own, Object.keys(known));
    const given = Object.entries(own).filter(([, value]) => value !== undefined && value !== null);
    complete[name] = checked(`augment.${name}`, { ...known, ...Object.fromEntries(given) });
  }
  return complete;
}

function requireRecord(name: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParameterError(`${name} is ${String(value)}; give an object with some of ${known.join(', ')}`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new ParameterError(`${name} has no option ${unknown}; there are ${known.join(', ')}`);
}

function checked<T extends Record<string, unknown>>(name: string, change: T): T {
  const numbers = Object.entries(change).filter(([key]) => key !== 'sounds' && key !== 'rollover');
  for (const [key, value] of numbers as [string, number][]) {
    const [least, most] = key === 'p' ? [0, 1] : key.endsWith('Shift') ? [-1, 1] : [-MOST_DB, MOST_DB];
    requireNumber(`${name}.${key}`, value, least, most);
  }
  const [least, most] = ['min', 'max'].map((end) => numbers.find(([key]) => key.startsWith(end)));
  if (least && most && (least[1] as number) > (most[1] as number)) {
    throw new ParameterError(`${name}.${least[0]} is ${least[1]}, above ${most[0]}, ${most[1]}; exchange them`);
  }
  if ('rollover' in change) requireChoice(`${name}.rollover`, change.rollover, [true, false]);
  if ('sounds' in change) requireSounds(`${name}.sounds`, change.sounds);
  return change;
}

function requireSounds(name: string, sounds: unknown): void {
  if (!Array.isArray(sounds) || sounds.length === 0 || sounds.some((sound) => typeof sound !== 'string')) {
    throw new ParameterError(`${name} names no files; give a list of paths, such as dataset.column('file')`);
  }
  const missing = (sounds as string[]).find((sound) => !statSync(pathOf(sound), { throwIfNoEntry: false })?.isFile());
  if (missing !== undefined) throw new ParameterError(`${name}: there is no file '${missing}'`);
}
