import { CheckpointError } from '../../errors.js';
import { camelCase, shown, snakeCase } from '../../json.js';
import { channelsAfter, DEFAULTS, type SpeechT5HifiGanConfig, samplesPerFrame } from './config.js';

const MODEL_TYPE = 'speecht5_hifigan';

/** The most that a width, a kernel or a distance may be: far beyond any model, and far below what memory holds. */
const LARGEST = 100_000;
const MOST_ENTRIES = 100;
/** The highest sampling rate of sound, in Hz. */
const HIGHEST_RATE = 1_000_000;

type Field = keyof typeof DEFAULTS;

/**
 * Reads the object of a `config.json`.
 *
 * @param json - the parsed file
 * @param file - its path, for messages
 * @throws CheckpointError that names the field, for another kind of model and for values that make no model
 */
export function readConfig(json: Readonly<Record<string, unknown>>, file: string): SpeechT5HifiGanConfig {
  const fail = (message: string): never => {
    throw new CheckpointError(`${file}: ${message}`);
  };
  const { model_type: modelType, ...entries } = json;
  if (modelType !== MODEL_TYPE) return fail(`model_type is ${shown(modelType)}; ${MODEL_TYPE} is supported`);
  const isField = ([key]: [string, unknown]) => Object.hasOwn(DEFAULTS, camelCase(key));
  const given = Object.entries(entries)
    .filter(isField)
    .map(([key, value]) => [camelCase(key), value]);
  const extra = Object.fromEntries(Object.entries(entries).filter((entry) => !isField(entry)));
  const config = { ...structuredClone(DEFAULTS), ...Object.fromEntries(given), extra } as SpeechT5HifiGanConfig;
  for (const problem of problems(config)) if (problem) fail(problem);
  return config;
}

/** The object to write as `config.json`, its keys in order as in Transformers. */
export function writeConfig({ extra, ...fields }: SpeechT5HifiGanConfig): Record<string, unknown> {
  const named = Object.entries(fields).map(([field, value]) => [snakeCase(field), value]);
  const written = { ...extra, ...Object.fromEntries(named), model_type: MODEL_TYPE };
  return Object.fromEntries(Object.entries(written).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In this order: what a check computes with, the checks before it have seen to. */
function* problems(config: SpeechT5HifiGanConfig): Generator<string | false> {
  const is = (field: Field) => `${snakeCase(field)} is ${shown(config[field])}`;
  const whole = (value: unknown, most: number) =>
    Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most;
  const list = (value: unknown): value is unknown[] =>
    Array.isArray(value) && value.length > 0 && value.length <= MOST_ENTRIES;
  for (const [field, most] of [
    ['modelInDim', LARGEST],
    ['samplingRate', HIGHEST_RATE],
    ['upsampleInitialChannel', LARGEST],
  ] as const) {
    yield !whole(config[field], most) && `${is(field)}; it must be a whole number from 1 to ${most}`;
  }
  for (const field of ['leakyReluSlope', 'initializerRange'] as const) {
    const fits = typeof config[field] === 'number' && config[field] >= 0 && config[field] <= 1000;
    yield !fits && `${is(field)}; it must be a number from 0 to 1000`;
  }
  yield typeof config.normalizeBefore !== 'boolean' && `${is('normalizeBefore')}; it must be true or false`;
  for (const field of ['upsampleRates', 'upsampleKernelSizes', 'resblockKernelSizes'] as const) {
    const fits = list(config[field]) && config[field].every((size) => whole(size, LARGEST));
    yield !fits && `${is(field)}; it must be a list of whole numbers from 1 to ${LARGEST}`;
  }
  const distances: unknown = config.resblockDilationSizes;
  const areLists =
    list(distances) && distances.every((each) => list(each) && each.every((size) => whole(size, LARGEST)));
  yield !areLists && `${is('resblockDilationSizes')}; it must be a list of lists of whole numbers from 1 to ${LARGEST}`;
  const { upsampleRates, upsampleKernelSizes, resblockKernelSizes, resblockDilationSizes } = config;
  for (const [field, counterpart] of [
    ['upsampleKernelSizes', 'upsampleRates'],
    ['resblockDilationSizes', 'resblockKernelSizes'],
  ] as const) {
    const [found, expected] = [config[field].length, config[counterpart].length];
    yield found !== expected && `${is(field)}; it must have ${expected} entries, as ${snakeCase(counterpart)} has`;
  }
  const isEven = upsampleKernelSizes.every(
    (size, i) => size >= upsampleRates[i] && (size - upsampleRates[i]) % 2 === 0,
  );
  yield !isEven &&
    `${is('upsampleKernelSizes')}; each must be its rate of ${shown(upsampleRates)}, or more by an even number`;
  yield resblockKernelSizes.some((size) => size % 2 === 0) &&
    `${is('resblockKernelSizes')}; only odd numbers of taps have a middle`;
  const samples = samplesPerFrame(config);
  yield samples > LARGEST && `${is('upsampleRates')}: ${samples} samples for each frame; it must be ${LARGEST} at most`;
  const reach = Math.max(
    ...resblockKernelSizes.map((size, j) => size * resblockDilationSizes[j].reduce((sum, d) => sum + d, 0)),
  );
  yield reach > 10 * LARGEST && `${is('resblockDilationSizes')}: a sample sees ${reach} others; that is too far`;
  yield channelsAfter(config, upsampleRates.length - 1) < 1 &&
    `${is('upsampleInitialChannel')}; it must be ${2 ** upsampleRates.length} at least, for it is halved ${upsampleRates.length} times`;
}
