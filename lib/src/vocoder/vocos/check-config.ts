import { shown } from '../../json.js';
import type { VocosConfig } from './config.js';

/** The most that a size may be: far beyond any model, and far below what memory holds. */
const LARGEST = 100_000;
const MOST_LAYERS = 1000;
/** The highest sampling rate of sound, in Hz. */
const HIGHEST_RATE = 1_000_000;

/** A part of the configuration and a field of it. */
export type Place = {
  [Part in keyof VocosConfig]: readonly [part: Part, field: keyof VocosConfig[Part] & string];
}[keyof VocosConfig];

/** Whole numbers from 1 on, and the most that each may be. */
const SIZES: readonly (readonly [Place, most: number])[] = [
  [['featureExtractor', 'sampleRate'], HIGHEST_RATE],
  [['featureExtractor', 'nFft'], LARGEST],
  [['featureExtractor', 'hopLength'], LARGEST],
  [['featureExtractor', 'nMels'], LARGEST],
  [['backbone', 'inputChannels'], LARGEST],
  [['backbone', 'dim'], LARGEST],
  [['backbone', 'intermediateDim'], LARGEST],
  [['backbone', 'numLayers'], MOST_LAYERS],
  [['head', 'dim'], LARGEST],
  [['head', 'nFft'], LARGEST],
  [['head', 'hopLength'], LARGEST],
];

const CHOICES: readonly (readonly [Place, choices: readonly unknown[]])[] = [
  [
    ['featureExtractor', 'padding'],
    ['center', 'same'],
  ],
  [
    ['featureExtractor', 'norm'],
    ['slaney', null],
  ],
  [
    ['featureExtractor', 'melScale'],
    ['htk', 'slaney'],
  ],
  [
    ['head', 'padding'],
    ['center', 'same'],
  ],
];

/**
 * @param name - what the reader calls a field
 * @returns what is wrong with a configuration: the field, its value and its range; undefined if nothing is
 */
export function configProblem(config: VocosConfig, name: (place: Place) => string): string | undefined {
  for (const problem of problems(config, name)) if (problem) return problem;
  return undefined;
}

function* problems(config: VocosConfig, name: (place: Place) => string): Generator<string | false> {
  const valueAt = ([part, field]: Place): unknown => (config[part] as unknown as Record<string, unknown>)[field];
  const is = (place: Place) => `${name(place)} is ${shown(valueAt(place))}`;
  for (const [place, most] of SIZES) {
    const value = valueAt(place);
    const fits = Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most;
    yield !fits && `${is(place)}; it must be a whole number from 1 to ${most}`;
  }
  for (const [place, choices] of CHOICES) {
    yield !choices.includes(valueAt(place)) && `${is(place)}; it must be one of ${choices.map(shown).join(', ')}`;
  }
  const { featureExtractor, backbone, head } = config;
  const nyquist = Math.floor(featureExtractor.sampleRate / 2);
  const { fMin, fMax } = featureExtractor;
  const isFrequency = (value: unknown) => typeof value === 'number' && value >= 0 && value <= HIGHEST_RATE;
  yield !isFrequency(fMin) && `${is(['featureExtractor', 'fMin'])}; it must be a frequency in Hz`;
  yield fMax !== null &&
    !isFrequency(fMax) &&
    `${is(['featureExtractor', 'fMax'])}; it must be a frequency in Hz, or null`;
  yield !((fMax ?? nyquist) > fMin) && `${is(['featureExtractor', 'fMax'])}; it must be above ${fMin} Hz`;
  const scale = backbone.layerScaleInitValue;
  yield scale !== null &&
    !(typeof scale === 'number' && scale >= 0 && scale < Infinity) &&
    `${is(['backbone', 'layerScaleInitValue'])}; it must be a number of at least 0, or null`;
  const bands = ['featureExtractor', 'nMels'] as const;
  yield backbone.inputChannels !== featureExtractor.nMels &&
    `${is(['backbone', 'inputChannels'])}; it must be ${name(bands)}, ${featureExtractor.nMels}`;
  yield head.dim !== backbone.dim && `${is(['head', 'dim'])}; it must be ${name(['backbone', 'dim'])}, ${backbone.dim}`;
  yield head.nFft % 2 !== 0 && `${is(['head', 'nFft'])}; it must be an even number`;
  for (const part of ['featureExtractor', 'head'] as const) {
    const { nFft, hopLength } = config[part];
    const place = [part, 'hopLength'] as const;
    yield hopLength >= nFft && `${is(place)}; it must be less than ${name([part, 'nFft'])}, ${nFft}`;
  }
}
