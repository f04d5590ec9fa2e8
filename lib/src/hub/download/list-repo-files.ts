import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { HubError } from '../../errors.js';
import { isFolder, pathOf } from '../../files.js';
import { ask, type Hub, nameOf, pageOf, revisionAddress, textOf } from '../connection.js';
import { isOffline } from '../environment.js';
import { hubOf } from '../login/token.js';
import { type HubFile, isCommit } from '../names.js';
import { refusal } from '../refusal.js';
import { patience, retry } from '../retry.js';
import { type RepositoryOptions, requireRepository } from './repository-file.js';

/**
 * The paths of all files of a repository of the Hub, or of a folder, sorted; like `huggingface_hub.list_repo_files`.
 *
 * @param idOrFolder - a folder as a path or `file:` URL, or `owner/name` on the Hub; a folder goes first. 'onpa:' and a path in
 * the course's data/ is what comes with it
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

/** What a revision of a repository has. */
export interface RepositoryListing {
  commit: string;
  /** Paths of all files within the repository. */
  files: string[];
}

/**
 * Asks the Hub which files a revision of a repository has.
 *
 * @returns undefined if the repository has no such revision
 * @throws HubError if the Hub refuses, cannot be reached, or answers with something else
 */
export async function repositoryListing(
  id: string,
  options: RepositoryOptions = {},
  retries?: number,
): Promise<RepositoryListing | undefined> {
  const { revision = 'main', repoType = 'model' } = options;
  const of: HubFile = { repoType, id, revision, file: 'its list of files' };
  const hub = await hubOf(options, retries);
  return retry(hub, () => request(hub, of));
}

/** A million files have room in it; in bytes. */
const MOST = 1 << 27;

async function request(hub: Hub, of: HubFile): Promise<RepositoryListing | undefined> {
  const url = revisionAddress(hub, of);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new DOMException('', 'TimeoutError')), patience.silence);
  try {
    const response = await ask(hub, of, { method: 'GET', url, signal: silence.signal });
    // A long list takes longer than that.
    return await listingIn(hub, of, url, response, () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}

async function listingIn(
  hub: Hub,
  of: HubFile,
  url: URL,
  response: Response,
  arrived: () => void,
): Promise<RepositoryListing | undefined> {
  if (response.status >= 400) {
    await response.body?.cancel();
    if (response.headers.get('X-Error-Code') === 'RevisionNotFound') return undefined;
    throw refusal(hub, of, response);
  }
  const listing = parse(await textOf(hub, of, url, response, MOST, arrived));
  if (listing) return listing;
  throw new HubError(
    `${nameOf(of)}: ${url.host} answers with no list of files, as no Hub does. Check HF_ENDPOINT or hubUrl, and ${pageOf(hub, of)}`,
  );
}

function parse(text: string): RepositoryListing | undefined {
  try {
    const { sha, siblings } = JSON.parse(text) as { sha: string; siblings: { rfilename: string }[] };
    const files = siblings.map(({ rfilename }) => rfilename);
    return isCommit(sha) && files.every((file) => typeof file === 'string') ? { commit: sha, files } : undefined;
  } catch {
    return undefined;
  }
}
