import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { HubError } from '../../errors.js';
import { isFolder, pathOf } from '../../files.js';
import { isOffline } from '../environment.js';
import { type RepositoryOptions, requireRepository } from './repository-file.js';
import { repositoryListing } from './repository-listing.js';

/**
 * The paths of all files of a repository of the Hub, or of a folder, sorted; like `huggingface_hub.list_repo_files`.
 *
 * @param idOrFolder - a folder as a path or `file:` URL, or `owner/name` on the Hub; a folder goes first
 * @throws ParameterError if idOrFolder is neither a folder nor could be a repository
 * @throws HubError if the Hub refuses, cannot be reached, or has no such revision
 *
 * @example
 * await listRepoFiles('ntu-spml/distilhubert'); // ['.gitattributes', 'README.md', 'config.json', …]
 *
 * @see {@link hfHubDownload}
 */
export async function listRepoFiles(idOrFolder: string, options: RepositoryOptions = {}): Promise<string[]> {
  const folder = pathOf(idOrFolder);
  if (await isFolder(folder)) return (await filesOf(folder)).sort();
  await requireRepository(idOrFolder, options);
  if (isOffline()) {
    throw new HubError(
      `The files of ${idOrFolder} cannot be listed: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids it`,
    );
  }
  const listing = await repositoryListing(idOrFolder, options);
  if (listing) return listing.files.sort();
  throw new HubError(`${idOrFolder} has no revision '${options.revision}': give a branch, a tag or a commit`);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
