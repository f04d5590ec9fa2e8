import { HubError } from '../../errors.js';
import {
  ask,
  type Hub,
  insist,
  nameOf,
  PATIENCE,
  type Patience,
  pageOf,
  refusal,
  revisionAddress,
  unreachable,
} from '../connection.js';
import { hubAddress } from '../environment.js';
import { findToken } from '../login/token.js';
import { type HubFile, isCommit } from '../names.js';
import { keepRevision, repositoryFolder } from './cache.js';
import type { RepositoryOptions } from './repository-file.js';

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
export async function currentListing(
  id: string,
  options: RepositoryOptions = {},
  patience: Partial<Patience> = {},
): Promise<RepositoryListing | undefined> {
  const { revision = 'main', repoType = 'model' } = options;
  const of: HubFile = { repoType, id, revision, file: 'its list of files' };
  const token = await findToken(options.accessToken);
  const hub: Hub = { address: hubAddress(options.hubUrl), token, patience: { ...PATIENCE, ...patience } };
  return insist(hub, () => request(hub, of));
}

/**
 * {@link currentListing}, and notes in the cache which commit it is: from then on, what the cache has of older ones is
 * found by their names alone.
 */
export async function repositoryListing(
  id: string,
  options: RepositoryOptions = {},
  patience: Partial<Patience> = {},
): Promise<RepositoryListing | undefined> {
  const { revision = 'main', repoType = 'model' } = options;
  const listing = await currentListing(id, options, patience);
  const folder = repositoryFolder({ repoType, id, revision, file: '' });
  // Only tells what was seen last; a cache that cannot be written to serves as well.
  if (listing) await keepRevision(folder, revision, listing.commit).catch(() => {});
  return listing;
}

async function request(hub: Hub, of: HubFile): Promise<RepositoryListing | undefined> {
  const url = revisionAddress(hub, of);
  const signal = AbortSignal.timeout(hub.patience.silence);
  const response = await ask(hub, of, { method: 'GET', url, signal });
  if (response.status >= 400) {
    await response.body?.cancel();
    if (response.headers.get('X-Error-Code') === 'RevisionNotFound') return undefined;
    throw refusal(hub, of, response);
  }
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw unreachable(hub, of, url, cause, 'the connection broke off:');
  }
  const listing = parse(text);
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
