import { HubError } from '../../errors.js';
import { redact } from '../../redact.js';
import { findToken } from '../login/token.js';
import { shortened } from '../names.js';
import { listRepoFiles } from './list-repo-files.js';
import { type RepositoryOptions, repositoryFile } from './repository-file.js';

/**
 * Downloads a file of a repository of the Hub, once, into the cache that Python uses too, and tells where it is; like
 * `huggingface_hub.hf_hub_download`. Of a folder it is the file that lies there.
 *
 * @param idOrFolder - a folder as a path or `file:` URL, or `owner/name` on the Hub; a folder goes first. 'onpa:' and a path in
 * the course's data/ is what comes with it
 * @param file - within the repository, such as 'config.json' or 'data/train.parquet'
 * @returns its path on this machine
 * @throws ParameterError if idOrFolder is neither a folder nor could be a repository
 * @throws HubError if there is no such file, or the Hub refuses or cannot be reached
 *
 * @example
 * const path = await hfHubDownload('ntu-spml/distilhubert', 'README.md');
 *
 * @see {@link listRepoFiles}, {@link loadDataset}
 */
export async function hfHubDownload(
  idOrFolder: string,
  file: string,
  options: RepositoryOptions = {},
): Promise<string> {
  const path = await repositoryFile(idOrFolder, file, options);
  if (path !== undefined) return path;
  const others = await listRepoFiles(idOrFolder, options).catch(() => []);
  const some = others.slice(0, 10).map(shortened);
  const known = some.length > 0 ? `; there are ${some.join(', ')}${others.length > some.length ? ', …' : ''}` : '';
  const token = await findToken(options.accessToken);
  throw new HubError(`${idOrFolder} has no file '${file}'${redact(known, token)}`);
}
