import { HubError } from '../../errors.js';
import { ask, type Hub, nameOf, pageOf, refusal, revisionAddress, textOf } from '../connection.js';
import { hubOf } from '../login/token.js';
import { type HubFile, isCommit } from '../names.js';
import { patience, retry } from '../retry.js';
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

async function request(hub: Hub, of: HubFile): Promise<RepositoryListing | undefined> {
  const url = revisionAddress(hub, of);
  const signal = AbortSignal.timeout(patience.silence);
  const response = await ask(hub, of, { method: 'GET', url, signal });
  if (response.status >= 400) {
    await response.body?.cancel();
    if (response.headers.get('X-Error-Code') === 'RevisionNotFound') return undefined;
    throw refusal(hub, of, response);
  }
  const listing = parse(await textOf(hub, of, url, response));
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
