import path from 'node:path';
import { CheckpointError } from '../errors.js';
import { writeWhole } from '../files.js';
import { type HubOptions, repositoryFile } from '../hub/download/repository-file.js';
import { formatJson, isObject, readJson, shown, snakeCase } from '../json.js';
import { requireChoice, requireNumber, requireRate } from '../validation.js';

const FILE = 'preprocessor_config.json';
const TYPE = 'Wav2Vec2FeatureExtractor';
/** Models whose feature extractor is a Wav2Vec2FeatureExtractor where its file names no type. */
const MODEL_TYPES: readonly unknown[] = ['hubert', 'wav2vec2'];

/** How a feature extractor prepares audio: the fields of `preprocessor_config.json`, in camelCase. */
export interface PreprocessorConfig {
  /** Shift and scale each waveform to zero mean and unit variance; default true. */
  readonly doNormalize: boolean;
  /** Numbers per sample; always 1, a waveform. */
  readonly featureSize: number;
  /** Where shorter waveforms are filled up; default `right`. */
  readonly paddingSide: 'right' | 'left';
  /** What they are filled up with; default 0. */
  readonly paddingValue: number;
  /** Tell audio from padding in an `attentionMask`; default false. */
  readonly returnAttentionMask: boolean;
  /** The sampling rate that the model was trained at, in Hz, from 100 to 1,000,000; default 16,000. */
  readonly samplingRate: number;
}

const DEFAULTS: PreprocessorConfig = {
  doNormalize: true,
  featureSize: 1,
  paddingSide: 'right',
  paddingValue: 0,
  returnAttentionMask: false,
  samplingRate: 16000,
};

const FIELDS = Object.keys(DEFAULTS) as (keyof PreprocessorConfig)[];

/** Fields of the file that only other programs know, under the names that they have there. */
export type ExtraFields = Readonly<Record<string, unknown>>;

/** Options, completed and checked. `nameOf` gives a field's name in a message. */
export function completeConfig(
  options: Partial<PreprocessorConfig>,
  nameOf: (field: keyof PreprocessorConfig) => string = (field) => field,
): PreprocessorConfig {
  const given = FIELDS.filter((field) => options[field] !== undefined).map((field) => [field, options[field]]);
  const config: PreprocessorConfig = { ...DEFAULTS, ...Object.fromEntries(given) };
  requireChoice(nameOf('doNormalize'), config.doNormalize, [true, false]);
  requireChoice(nameOf('featureSize'), config.featureSize, [1]);
  requireChoice(nameOf('paddingSide'), config.paddingSide, ['right', 'left']);
  requireNumber(nameOf('paddingValue'), config.paddingValue);
  // The samples are float32, where 1e39 is infinite.
  requireNumber(nameOf('paddingValue'), Math.fround(config.paddingValue));
  requireChoice(nameOf('returnAttentionMask'), config.returnAttentionMask, [true, false]);
  requireRate(nameOf('samplingRate'), config.samplingRate);
  return config;
}

/**
 * Reads the configuration of a feature extractor from a folder or from the Hub.
 *
 * @throws CheckpointError if there is none, or one of another kind, or a field is wrong
 */
export async function readPreprocessorConfig(
  idOrFolder: string,
  hub: HubOptions,
): Promise<{ config: PreprocessorConfig; extra: ExtraFields }> {
  const { file, json } = await findConfig(idOrFolder, hub);
  const { feature_extractor_type, processor_class: _, ...fields } = json;
  const type = feature_extractor_type ?? undefined;
  if (type !== TYPE && (type !== undefined || !(await isOfKnownModel(idOrFolder, hub)))) {
    const found = type === undefined ? 'is missing' : `is ${shown(type)}`;
    throw new CheckpointError(`${file}: feature_extractor_type ${found}; ${TYPE} is the one that onpa has`);
  }
  const known = new Set(FIELDS.map(snakeCase));
  const extra = Object.fromEntries(Object.entries(fields).filter(([key]) => !known.has(key)));
  const options = Object.fromEntries(FIELDS.map((field) => [field, fields[snakeCase(field)]]));
  // Of all fields, Transformers takes None for a default of this one only.
  if (options.returnAttentionMask === null) options.returnAttentionMask = undefined;
  try {
    return { config: completeConfig(options, (field) => `${file}: ${snakeCase(field)}`), extra };
  } catch (cause) {
    throw new CheckpointError((cause as Error).message, { cause });
  }
}

/** Writes `preprocessor_config.json`, with the keys that Transformers writes, sorted as it sorts them. */
export async function writePreprocessorConfig(
  folder: string,
  config: PreprocessorConfig,
  extra: ExtraFields,
): Promise<void> {
  const fields = FIELDS.map((field): [string, unknown] => [snakeCase(field), config[field]]);
  const all = [...Object.entries(extra), ...fields, ['feature_extractor_type', TYPE] as [string, unknown]];
  const json = formatJson(Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))), 2);
  await writeWhole(path.join(folder, FILE), Buffer.from(`${json}\n`), { makeFolder: true });
}

async function findConfig(idOrFolder: string, hub: HubOptions): Promise<{ file: string; json: ExtraFields }> {
  const file = await repositoryFile(idOrFolder, FILE, hub);
  if (file !== undefined) return { file, json: await readJson(file) };
  // Where a processor was saved as a whole, its file holds the feature extractor's.
  const processor = await repositoryFile(idOrFolder, 'processor_config.json', hub);
  const json = processor === undefined ? undefined : (await readJson(processor)).feature_extractor;
  if (processor !== undefined && isObject(json)) return { file: processor, json };
  throw new CheckpointError(
    `${idOrFolder} has no ${FILE}: it does not say how its audio was prepared; ` +
      `new ${TYPE}().savePretrained(folder) writes one`,
  );
}

async function isOfKnownModel(idOrFolder: string, hub: HubOptions): Promise<boolean> {
  const file = await repositoryFile(idOrFolder, 'config.json', hub);
  return file !== undefined && MODEL_TYPES.includes((await readJson(file)).model_type);
}
