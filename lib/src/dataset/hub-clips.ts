import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError } from '../errors.js';
import { cacheFolder, isFolder } from '../files.js';
import type { HubOptions } from '../hub/download/repository-file.js';
import { type RepositoryFiles, repositoryFiles } from '../hub/download/repository-files.js';
import type { Clips } from './clips.js';
import { folderClips, LAYOUT } from './folder-clips.js';
import { ARCHIVE, choosePart, type HubPart, nothingToLoad, PARQUET, type Parts, partsOf } from './hub-parts.js';
import { unpackArchive } from './unpack-archive.js';
import { unpackOnce } from './unpack-once.js';
import { INDEX, unpackedClips, unpackParquet } from './unpack-parquet.js';

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
    throw new DatasetError(nothingToLoad(id, revision));
  }
  // The blob in the cache is named after its content.
  const unpacked = join(home, basename(await realpath(archive)));
  await unpackOnce(unpacked, (empty) => unpackArchive(archive, empty, part.maxUnpackedSize));
  return { ...(await folderClips(unpacked, part.split, part.labelColumn)), name: id };
}

async function parquetClips(
  id: string,
  part: HubPart,
  parts: Parts,
  home: string,
  repository: RepositoryFiles,
): Promise<Clips> {
  const { files, name } = choosePart(id, part, parts);
  const folder = join(home, name, part.split);
  await unpackOnce(folder, async (empty) => {
    const paths: string[] = [];
    for (const file of files) {
      const path = await repository.download(file);
      if (path === undefined) throw new DatasetError(`${id} has no ${file} any more; load it again`);
      paths.push(path);
    }
    await unpackParquet(paths, empty, {
      maxUnpackedSize: part.maxUnpackedSize,
      advice: 'Remove it, to download it again',
    });
  });
  return unpackedClips(id, folder, await readFile(join(folder, INDEX), 'utf8'));
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
