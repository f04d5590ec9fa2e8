import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';
import { DatasetError } from '../../errors.js';
import { RATES } from '../../validation.js';

/** A column of class labels. */
export interface ClassColumn {
  column: string;
  names: readonly string[];
}

/** The columns that a data set of clips needs. */
export interface ClipColumns {
  sampleRate: number | undefined;
  /** Path to the column of the files' bytes. */
  audio: string[];
  /** Path to that of their names, where there is one. */
  path: string[] | undefined;
  classes: ClassColumn[];
}

/** Columns as `datasets` notes them in a Parquet file. */
type Features = Record<string, { _type?: unknown; sampling_rate?: unknown; names?: unknown } | null>;

/**
 * Which columns are sound and class labels, as `datasets` says in the file.
 *
 * @throws DatasetError if there are none, or they do not have the form that `datasets` gives them
 */
export function clipColumns(metadata: FileMetaData, { name }: { name: string }): ClipColumns {
  const features = featuresOf(metadata, name);
  const columns = Object.keys(features);
  const audio = columns.find((column) => features[column]?._type === 'Audio');
  const classes = columns.filter((column) => features[column]?._type === 'ClassLabel');
  if (audio === undefined || classes.length === 0) {
    const missing = audio === undefined ? 'audio' : 'class labels';
    throw new DatasetError(`${name} has no column of ${missing}; its columns are ${columns.slice(0, 20).join(', ')}`);
  }
  const tree = parquetSchema(metadata);
  const sound = child(tree, audio);
  const parts = sound?.element.repetition_type === 'REPEATED' ? [] : ['bytes', 'path'];
  const [bytes, path] = parts.map((part) => sound && isLeaf(child(sound, part), ['BYTE_ARRAY']));
  if (!bytes) throw new DatasetError(`${name}: the column '${audio}' does not hold audio files`);
  const rate = features[audio]?.sampling_rate ?? undefined;
  if (rate !== undefined && !isRate(rate)) {
    throw new DatasetError(`${name}: the sampling rate of '${audio}' is ${JSON.stringify(rate)}, not one in Hz`);
  }
  return {
    sampleRate: rate,
    audio: [audio, 'bytes'],
    path: path ? [audio, 'path'] : undefined,
    classes: classes.map((column) => {
      const names = features[column]?.names;
      const hasNames = Array.isArray(names) && names.every((label) => typeof label === 'string');
      if (!hasNames || !isLeaf(child(tree, column), ['INT32', 'INT64'])) {
        throw new DatasetError(`${name}: the column '${column}' of classes does not have names and numbers`);
      }
      return { column, names };
    }),
  };
}

/** Throws a {@link DatasetError} where two files of a data set name their classes differently. */
export function requireSameClasses(name: string, classes: readonly ClassColumn[], first: readonly ClassColumn[]): void {
  if (JSON.stringify(classes) === JSON.stringify(first)) return;
  throw new DatasetError(`${name} has other classes than the files before it`);
}

function featuresOf({ key_value_metadata }: FileMetaData, name: string): Features {
  const json = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  const features: unknown = json === undefined ? undefined : JSON.parse(json)?.info?.features;
  if (typeof features === 'object' && features !== null) return features as Features;
  throw new DatasetError(`${name} does not say what its columns are, as Parquet files of datasets do`);
}

function child(tree: SchemaTree, name: string): SchemaTree | undefined {
  return tree.children.find(({ element }) => element.name === name);
}

/** Whether a column has one value of such a type, or none, in each row. */
function isLeaf(tree: SchemaTree | undefined, types: readonly string[]): boolean {
  if (!tree || tree.children.length > 0) return false;
  const { type, repetition_type: repetition } = tree.element;
  return repetition !== 'REPEATED' && type !== undefined && types.includes(type);
}

function isRate(rate: unknown): rate is number {
  return Number.isInteger(rate) && (rate as number) > 0 && (rate as number) <= RATES.to;
}
