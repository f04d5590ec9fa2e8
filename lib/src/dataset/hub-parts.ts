import { DatasetError } from '../errors.js';
import { requireSplit } from './folder-clips.js';

/** The branch in which the Hub keeps what it has converted to Parquet. */
export const PARQUET = 'refs/convert/parquet';
/** GTZAN itself. */
export const ARCHIVE = 'data/genres.tar.gz';

/** Which part of a repository to load. */
export interface HubPart {
  split: string;
  /** Of a configuration. */
  name: string | undefined;
  /** What to call the classes where only folders name them. */
  labelColumn: string;
  /** In MB. */
  maxUnpackedSize?: number;
}

/** Parquet files by configuration and split. */
export type Parts = Map<string, Map<string, ParquetFiles>>;

/** The files of a split. */
export interface ParquetFiles {
  files: string[];
  /** Whether the Hub has converted only the beginning. */
  partial: boolean;
}

/** The Parquet files among those of a repository. */
export function partsOf(files: readonly string[]): Parts {
  const parts: Parts = new Map();
  for (const file of [...files].sort()) {
    const [, name, beginning, split] = /^(\w[^/]*)\/(partial-)?(\w[^/]*)\/\d+\.parquet$/.exec(file) ?? [];
    if (name === undefined) continue;
    const splits = parts.get(name) ?? new Map();
    const { files: before } = splits.get(split) ?? { files: [] };
    parts.set(name, splits.set(split, { files: [...before, file], partial: beginning !== undefined }));
  }
  return parts;
}

/**
 * The files of a part, and the configuration that was meant; says so where they are only its beginning.
 *
 * @throws DatasetError that names those there are
 */
export function choosePart(
  id: string,
  { name, split }: Pick<HubPart, 'name' | 'split'>,
  parts: Parts,
): ParquetFiles & { name: string } {
  const configurations = [...parts.keys()];
  const chosen = name ?? (configurations.length === 1 ? configurations[0] : 'default');
  const splits = parts.get(chosen);
  if (!splits) {
    const wrong = name === undefined ? 'holds several data sets' : `has no data set '${name}'`;
    throw new DatasetError(`${id} ${wrong}; give as name one of ${configurations.join(', ')}`);
  }
  requireSplit(id, split, [...splits.keys()]);
  const found = splits.get(split)!;
  if (found.partial) console.warn(`${id}: the Hub has only the beginning of '${split}' as Parquet`);
  return { ...found, name: chosen };
}

/** The message about a repository without anything to load. */
export function nothingToLoad(id: string, revision: string): string {
  return (
    `${id} has neither Parquet files (<name>/<split>/0000.parquet of ${revision}) nor ${ARCHIVE}; download it, and give ` +
    'a folder with a folder for each class in it'
  );
}
