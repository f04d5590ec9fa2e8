import { mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError } from '../errors.js';
import { cacheFolder, isFolder, isSystemError } from '../files.js';
import type { HubOptions } from '../hub/download/repository-file.js';
import { type RepositoryFiles, repositoryFiles } from '../hub/download/repository-files.js';
import { abandonedPartials, partialPath } from '../partial-path.js';
import type { Clips } from './clips.js';
import { folderClips, LAYOUT, requireSplit } from './folder-clips.js';
import { unpackArchive } from './unpack-archive.js';
import { INDEX, unpackedClips, unpackParquet } from './unpack-parquet.js';

/** The branch in which the Hub keeps what it has converted to Parquet. */
const PARQUET = 'refs/convert/parquet';
/** GTZAN itself. */
const ARCHIVE = 'data/genres.tar.gz';

/** Parquet files by configuration and split. */
type Parts = Map<string, Map<string, { files: string[]; partial: boolean }>>;

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

/**
 * The clips of a data set of the Hub: from Parquet files if it has any, else from GTZAN's archive. The files lie in the
 * Hub's cache; what they hold is unpacked beside, once for each commit, and needs no connection from then on.
 *
 * @throws HubError if the Hub refuses, or cannot be reached and the data set was not unpacked before
 * @throws ParameterError if the Hub could have no such repository
 * @throws DatasetError if it has neither, or no such split or configuration
 */
export async function hubClips(id: string, part: HubPart, options: HubOptions): Promise<Clips> {
  const { revision = PARQUET } = options;
  const home = cacheFolder('datasets', id.replace('/', '--'));
  // Where something is unpacked already, once is enough.
  const retries = (await isFolder(home)) ? 0 : undefined;
  const asked = { ...options, revision, repoType: 'dataset' } as const;
  const repository = await repositoryFiles(id, asked, { retries, folder: `a folder (${LAYOUT})` });
  const { commit = 'unknown', files } = repository;
  const parts = files ? partsOf(files) : await unpackedParts(join(home, commit));
  if (parts.size > 0) return parquetClips(id, part, parts, join(home, commit), repository);

  const archive = await repository.download(ARCHIVE, options.revision ?? 'main');
  if (archive === undefined) {
    const message = `${id} has neither Parquet files (<name>/<split>/0000.parquet of ${revision}) nor ${ARCHIVE}`;
    throw new DatasetError(`${message}; download it, and give a folder with a folder for each class in it`);
  }
  // The blob in the cache is named after its content.
  const unpacked = join(home, basename(await realpath(archive)));
  await unpackOnce(unpacked, (empty) => unpackArchive(archive, empty, part.maxUnpackedSize));
  return { ...(await folderClips(unpacked, part.split, part.labelColumn)), name: id };
}

async function parquetClips(
  id: string,
  { name, split, maxUnpackedSize }: HubPart,
  parts: Parts,
  home: string,
  repository: RepositoryFiles,
): Promise<Clips> {
  const configurations = [...parts.keys()];
  const chosen = name ?? (configurations.length === 1 ? configurations[0] : 'default');
  const splits = parts.get(chosen);
  if (!splits) {
    const wrong = name === undefined ? 'holds several data sets' : `has no data set '${name}'`;
    throw new DatasetError(`${id} ${wrong}; give as name one of ${configurations.join(', ')}`);
  }
  requireSplit(id, split, [...splits.keys()]);
  const { files, partial } = splits.get(split)!;
  if (partial) console.warn(`${id}: the Hub has only the beginning of '${split}' as Parquet`);
  const folder = join(home, chosen, split);
  await unpackOnce(folder, async (empty) => {
    const paths: string[] = [];
    for (const file of files) {
      const path = await repository.download(file);
      if (path === undefined) throw new DatasetError(`${id} has no ${file} any more; load it again`);
      paths.push(path);
    }
    await unpackParquet(paths, empty, { maxUnpackedSize });
  });
  return unpackedClips(id, folder, await readFile(join(folder, INDEX), 'utf8'));
}

function partsOf(files: readonly string[]): Parts {
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

/** What is unpacked in a folder. */
async function unpackedParts(folder: string): Promise<Parts> {
  const parts: Parts = new Map();
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  for (const path of paths) {
    const [, name, split] = /^([^/\\]+)[/\\]([^/\\]+)[/\\]rows\.json$/.exec(path) ?? [];
    if (name === undefined || split.endsWith('.part')) continue;
    parts.set(name, (parts.get(name) ?? new Map()).set(split, { files: [], partial: false }));
  }
  return parts;
}

/**
 * Makes a folder unless it is there. It is filled beside its place and renamed, so that nobody ever sees half of it; what
 * a process left behind that was killed meanwhile is removed.
 *
 * @throws DatasetError if it cannot be written
 */
async function unpackOnce(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (await isFolder(folder)) return;
  const partial = partialPath(folder, '.part');
  try {
    await mkdir(partial, { recursive: true });
    for (const { path } of await abandonedPartials(folder, '.part')) await rm(path, { recursive: true, force: true });
    await fill(partial);
    await rename(partial, folder).catch(async (error) => {
      // Another process was faster.
      if (!(await isFolder(folder))) throw error;
    });
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const reason = (cause as Error).message;
    throw new DatasetError(`${folder} cannot be written: ${reason}. Set ONPA_CACHE to a folder of yours`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
