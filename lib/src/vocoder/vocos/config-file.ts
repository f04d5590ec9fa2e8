import { readFile, stat } from 'node:fs/promises';
import { Document, parse } from 'yaml';
import { CheckpointError } from '../../errors.js';
import { camelCase, isObject, shown, snakeCase } from '../../json.js';
import { configProblem, type Place } from './check-config.js';
import { FEATURE_DEFAULTS, type VocosConfig } from './config.js';

/** The longest file that is read, in bytes; a real one has 500. */
const LONGEST = 100_000;

/** The parts of the file: the class that each must be, the arguments that it must have, and those that it may have. */
const PARTS = {
  featureExtractor: {
    classPath: 'vocos.feature_extractors.MelSpectrogramFeatures',
    needed: [],
    defaults: { ...FEATURE_DEFAULTS },
  },
  backbone: {
    classPath: 'vocos.models.VocosBackbone',
    needed: ['inputChannels', 'dim', 'intermediateDim', 'numLayers'],
    defaults: { layerScaleInitValue: null, adanormNumEmbeddings: null },
  },
  head: {
    classPath: 'vocos.heads.ISTFTHead',
    needed: ['dim', 'nFft', 'hopLength'],
    defaults: { padding: 'same' },
  },
} as const satisfies Record<keyof VocosConfig, object>;

/** What a field is called in the file. */
const nameInFile = ([part, field]: Place): string => `${snakeCase(part)}.init_args.${snakeCase(field)}`;

/**
 * Reads a `config.yaml` as the package vocos does.
 *
 * @throws CheckpointError that names what is missing or unknown, and values that make no model
 */
export async function readConfig(file: string): Promise<VocosConfig> {
  const fail = (message: string, cause?: unknown): never => {
    throw new CheckpointError(`${file}: ${message}`, { cause });
  };
  const yaml = await readYaml(file, fail);
  if (!isObject(yaml)) return fail('it holds no dictionary of feature_extractor, backbone and head');
  const parts = Object.entries(PARTS).map(([part, { classPath, needed, defaults }]) => {
    const key = snakeCase(part);
    const described = yaml[key];
    if (!isObject(described)) return fail(`${key} is ${shown(described)}; it must have class_path and init_args`);
    if (described.class_path !== classPath) {
      fail(`${key}.class_path is ${shown(described.class_path)}; ${classPath} is supported`);
    }
    const given = described.init_args ?? {};
    if (!isObject(given)) return fail(`${key}.init_args is ${shown(given)}; it must be a dictionary`);
    const known = [...needed, ...Object.keys(defaults)];
    const unknown = Object.keys(given).find((name) => !known.includes(camelCase(name)));
    if (unknown !== undefined)
      fail(`${key}.init_args.${unknown} is not known; known are ${known.map(snakeCase).join(', ')}`);
    const missing = needed.find((name) => given[snakeCase(name)] === undefined);
    if (missing !== undefined) fail(`${key}.init_args lacks ${snakeCase(missing)}`);
    const named = Object.fromEntries(Object.entries(given).map(([name, value]) => [camelCase(name), value]));
    // In the order of the file, so that it is written again as it was.
    return [part, { ...named, ...defaults, ...named }];
  });
  const { backbone, ...others } = Object.fromEntries(parts);
  const { adanormNumEmbeddings, ...sizes } = backbone;
  if (adanormNumEmbeddings) {
    fail(
      `backbone.init_args.adanorm_num_embeddings is ${shown(adanormNumEmbeddings)}; only models without it are supported`,
    );
  }
  const config = { ...others, backbone: sizes } as VocosConfig;
  const problem = configProblem(config, nameInFile);
  return problem === undefined ? config : fail(problem);
}

async function readYaml(file: string, fail: (message: string, cause?: unknown) => never): Promise<unknown> {
  try {
    const { size } = await stat(file);
    if (size > LONGEST) throw new Error(`it has ${size} bytes, more than the ${LONGEST} allowed`);
    return parse(await readFile(file, 'utf8'), { maxAliasCount: 100 });
  } catch (cause) {
    return fail(`it cannot be read as YAML: ${(cause as Error).message.split('\n')[0]}`, cause);
  }
}

/** The text of a `config.yaml`, in which what has the package's default is left out: it knows fewer arguments. */
export function writeConfig(config: VocosConfig): string {
  const described = Object.entries(PARTS).map(([part, { classPath, needed, defaults }]) => {
    const always: readonly string[] = [...needed, 'sampleRate', 'nFft', 'hopLength', 'nMels', 'padding'];
    const usual: Readonly<Record<string, unknown>> = defaults;
    const fields = Object.entries(config[part as keyof VocosConfig]).filter(
      ([field, value]) => always.includes(field) || value !== usual[field],
    );
    const named = fields.map(([field, value]) => [snakeCase(field), value]);
    return [snakeCase(part), { class_path: classPath, init_args: Object.fromEntries(named) }];
  });
  return new Document(Object.fromEntries(described)).toString();
}
