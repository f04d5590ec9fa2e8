import { join } from 'node:path';
import { HubError, ParameterError } from '../../errors.js';
import { isFile, isFolder, isSystemError, pathOf } from '../../files.js';
import { requireChoice } from '../../validation.js';
import { type Hub, nameOf } from '../connection.js';
import { hubAddress, isOffline } from '../environment.js';
import { hubOf } from '../login/token.js';
import { type HubFile, isCommit, isRepositoryId, requireFileName, requireRevision } from '../names.js';
import { retry } from '../retry.js';
import { hasRevision, keepMissing, keepRevision, link, lookUp, repositoryFolder, snapshotPath } from './cache.js';
import { cacheFault } from './cache-fault.js';
import { downloadBlob } from './download-blob.js';
import { type FileMetadata, fileMetadata, NoRevisionError } from './file-metadata.js';

/** Where a repository of the Hugging Face Hub is, and who asks. */
export interface HubOptions {
  /** A branch, a tag or a full commit hash; default 'main'. A commit that is in the cache needs no network. */
  revision?: string;
  /** The Hub's address; default `HF_ENDPOINT`, else https://huggingface.co. */
  hubUrl?: string;
  /** For private and gated repositories; default `HF_TOKEN`, else the token that `hf auth login` has kept. */
  accessToken?: string;
}

/** Options of {@link repositoryFile}. */
export interface RepositoryOptions extends HubOptions {
  /** Models and data sets have names of their own; default 'model'. */
  repoType?: 'model' | 'dataset';
  /** Stops the download; what has arrived is kept for the next one. */
  signal?: AbortSignal;
}

/**
 * The path of a file of a folder, or of a repository of the Hugging Face Hub.
 *
 * A repository's file is downloaded once, into the cache that Python's huggingface_hub uses (`HF_HUB_CACHE`, `HF_HOME`):
 * what one has downloaded, the other finds. What arrives is checked against the Hub's checksum; a download that broke
 * off goes on where it stopped. Without a connection the file of the last known commit is taken, and with
 * `HF_HUB_OFFLINE=1` no connection is tried.
 *
 * @param idOrFolder - a folder as a path or `file:` URL, or `owner/name` on the Hub; a folder goes first. 'onpa:' and a path in
 * the course's data/ is what comes with it
 * @param file - within the repository, such as 'config.json' or 'data/train.parquet'
 * @returns undefined if the folder or the repository has no such file; without network allowed, also if only other files
 * of the revision were downloaded
 * @throws ParameterError if idOrFolder is neither a folder nor could be a repository
 * @throws HubError if the Hub refuses, cannot be reached, or sends something else than it names
 *
 * @example
 * const config = await repositoryFile('ntu-spml/distilhubert', 'config.json');
 */
export async function repositoryFile(
  idOrFolder: string,
  file: string,
  options: RepositoryOptions = {},
  retries?: number,
): Promise<string | undefined> {
  requireFileName(file);
  const path = pathOf(idOrFolder);
  if (await isFolder(path)) return (await isFile(join(path, file))) ? join(path, file) : undefined;
  await requireRepository(idOrFolder, options);
  const { revision = 'main', repoType = 'model' } = options;
  return hubFile({ repoType, id: idOrFolder, revision, file }, options, retries);
}

/**
 * Throws a {@link ParameterError} where what is not a folder cannot be a repository, or the options name none.
 *
 * @param folder - what to give in its place, in a few words
 */
export async function requireRepository(
  id: string,
  { revision = 'main', repoType = 'model' }: RepositoryOptions,
  folder: string = 'a folder that there is',
): Promise<void> {
  if (!isRepositoryId(id)) {
    const reason = (await isFile(pathOf(id)))
      ? 'a file, not a folder'
      : 'neither a folder nor the name of a repository';
    throw new ParameterError(`'${id}' is ${reason}; give ${folder}, or 'owner/name' on the Hub`);
  }
  requireRevision(revision);
  requireChoice('repoType', repoType, ['model', 'dataset']);
}

async function hubFile(of: HubFile, options: RepositoryOptions, retries?: number): Promise<string | undefined> {
  // A wrong address is an error also where the cache has the file.
  hubAddress(options.hubUrl);
  const folder = repositoryFolder(of);
  const known = await lookUp(folder, of);
  const cached = known === 'missing' ? {} : known === undefined ? undefined : { path: known };
  // What a commit has does not change.
  if (cached && (isCommit(of.revision) || isOffline())) return cached.path;
  if (isOffline()) {
    if (await hasRevision(folder, of.revision)) return undefined;
    throw new HubError(
      `${nameOf(of)} is not in the cache ${folder}, and HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids to download it: unset it once`,
    );
  }
  const hub = await hubOf(options, retries);
  let found: FileMetadata | undefined;
  try {
    const request = () => fileMetadata(hub, of);
    // Where the cache has an answer, once is enough.
    found = await (cached === undefined ? retry(hub, request) : request());
  } catch (error) {
    if (cached && !(error instanceof NoRevisionError)) return cached.path;
    throw error;
  }
  return found && (await keep(hub, of, found, folder));
}

/** Brings the cache to what the Hub says. */
async function keep(
  hub: Hub,
  of: HubFile,
  { commit, etag, size }: FileMetadata,
  folder: string,
): Promise<string | undefined> {
  if (etag === undefined) {
    // Only saves a request the next time; a cache that cannot be written to serves as well.
    await keepMissing(folder, commit, of.file).catch(() => {});
    await keepRevision(folder, of.revision, commit).catch(() => {});
    return undefined;
  }
  const path = snapshotPath(folder, commit, of.file);
  // One of another length was written when a disk was full, or its machine lost power.
  if (await isFile(path, size)) {
    await keepRevision(folder, of.revision, commit).catch(() => {});
    return path;
  }
  const blob = join(folder, 'blobs', etag);
  try {
    if (!(await isFile(blob, size))) await downloadBlob(hub, { ...of, revision: commit, etag, size }, blob);
    await link(blob, path);
    await keepRevision(folder, of.revision, commit);
  } catch (cause) {
    throw isSystemError(cause) ? cacheFault(hub, { ...of, size }, folder, cause as NodeJS.ErrnoException) : cause;
  }
  return path;
}
