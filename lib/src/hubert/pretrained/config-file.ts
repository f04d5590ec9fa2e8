import { CheckpointError } from '../../errors.js';
import { camelCase, shown, snakeCase } from '../../json.js';
import { DEFAULTS, type ModelConfig } from '../config.js';
import { configProblem } from './check-config.js';
import { labelsOfFile } from './labels.js';

/** The keys of the file, in camelCase, that are fields of the configuration; the others are `extra`. */
const FIELDS = new Set([...Object.keys(DEFAULTS), 'modelType', 'numLabels', 'id2label', 'label2id']);

/** Fields that may be null in a file, where Transformers has None for a default. */
const MAY_BE_NULL = new Set(['numLabels', 'id2label', 'label2id', 'problemType']);

/**
 * Reads the object of a `config.json`.
 *
 * @param json - the parsed file
 * @param file - its path, for messages
 * @throws CheckpointError that names the field, for another kind of model and for values that make no model
 */
export function readConfig(json: Readonly<Record<string, unknown>>, file: string): ModelConfig {
  const fail = (message: string): never => {
    throw new CheckpointError(`${file}: ${message}`);
  };
  const isField = ([key]: [string, unknown]) => FIELDS.has(camelCase(key));
  const entries = Object.entries(json);
  const given: Readonly<Record<string, unknown>> = Object.fromEntries(
    entries
      .filter(isField)
      .map(([key, value]): [string, unknown] => [camelCase(key), value])
      .filter(([field, value]) => value !== null || !MAY_BE_NULL.has(field)),
  );
  const extra = Object.fromEntries(entries.filter((entry) => !isField(entry)));
  const { modelType } = given;
  if (modelType !== 'hubert' && modelType !== 'wav2vec2') {
    return fail(`model_type is ${shown(modelType)}; hubert and wav2vec2 are supported`);
  }
  const config = { ...structuredClone(DEFAULTS), ...given, extra } as ModelConfig;
  // Transformers' wav2vec 2.0 has no such choices.
  if (modelType === 'wav2vec2') Object.assign(config, { featProjLayerNorm: true, convPosBatchNorm: false });
  try {
    Object.assign(
      config,
      labelsOfFile(given, (message) => console.warn(`${file}: ${message}`)),
    );
  } catch (cause) {
    fail((cause as Error).message);
  }
  const problem = configProblem(config);
  return problem === undefined ? config : fail(problem);
}

/** The object to write as `config.json`. */
export function writeConfig({ extra, numLabels: _, ...fields }: ModelConfig): Record<string, unknown> {
  // As in Transformers, the number of labels is that of the entries of id2label, and the keys are in order.
  const written = {
    ...extra,
    ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [snakeCase(key), value])),
  };
  return Object.fromEntries(Object.entries(written).sort(([a], [b]) => (a < b ? -1 : 1)));
}
