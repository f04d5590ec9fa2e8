import { HubError, ParameterError } from '../../errors.js';
import type { Hub } from '../connection.js';
import { hubAddress, isOffline } from '../environment.js';
import { type FoundToken, requireToken } from '../login/token.js';
import { identify } from '../login/who-am-i.js';
import { isCommit, isRepositoryId, requireRevision, shortened } from '../names.js';
import { RETRIES } from '../retry.js';
import { headOf, makeBranch, makeRepository, requireWriteAccess } from './push-repository.js';

/** Which Hub is written to, by whom, and where. */
export interface WritableHubOptions {
  /** Needs the role 'write'; default `HF_TOKEN`, else the token that a login has kept. */
  accessToken?: string;
  /** The Hub's address; default `HF_ENDPOINT`, else https://huggingface.co. */
  hubUrl?: string;
  /** The branch that gets the commit; it is made if there is none. Default 'main'. */
  revision?: string;
  /** Whether a repository that is made now is private; default as the Hub decides. One that there is stays as it is. */
  private?: boolean;
}

/** A branch that can be pushed to. */
export interface PushTarget {
  hub: Hub & FoundToken;
  /** `owner/name` */
  id: string;
  revision: string;
}

/**
 * Makes a repository and its branch ready for pushes, so that whatever stands in their way is known before there is
 * something to push. What there is already stays as it is.
 *
 * @param repoId - 'owner/name', or 'name' for one of the user's own
 * @throws ParameterError for names that no repository or branch has
 * @throws HubError if there is no token, it may not write there, or the Hub cannot be reached
 */
export async function preparePushes(
  repoId: string,
  options: WritableHubOptions,
  signal: AbortSignal,
): Promise<PushTarget> {
  const { revision = 'main' } = options;
  requireNames(repoId, revision);
  const hub = await writableHub(options, 'without pushToHub nothing is pushed');
  const session = { hub, id: await fullId(hub, repoId), revision, signal, committing: false };
  await makeRepository(session, options.private);
  await requireWriteAccess(session);
  if ((await headOf(session)) === undefined) await makeBranch(session);
  return { hub, id: session.id, revision };
}

/** Throws a {@link ParameterError} for names that no repository has, or that are not those of a branch. */
export function requireNames(repoId: string, revision: string): void {
  if (!isRepositoryId(repoId)) {
    throw new ParameterError(`repoId is '${repoId}'; give 'owner/name', or 'name' for a repository of yours`);
  }
  requireRevision(revision);
  if (isCommit(revision)) throw new ParameterError(`revision is the commit ${revision}; give the name of a branch`);
}

/**
 * The Hub, with the token, and where that comes from.
 *
 * @param advice - what else to do where it cannot be reached
 */
export async function writableHub(options: WritableHubOptions, advice: string): Promise<Hub & FoundToken> {
  if (isOffline()) {
    throw new HubError(`HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids to push: unset it; ${advice}`);
  }
  const address = hubAddress(options.hubUrl);
  const found = await requireToken(address, options.accessToken);
  return { address, ...found, retries: RETRIES, advice };
}

/** The repository with its owner; without one, it is the user's own. */
export async function fullId(hub: Hub & FoundToken, repoId: string): Promise<string> {
  if (repoId.includes('/')) return repoId;
  const { name } = await identify(hub.address, hub);
  const id = `${name}/${repoId}`;
  if (isRepositoryId(id)) return id;
  throw new HubError(
    `${repoId}: ${new URL(hub.address).host} says that the token is that of '${shortened(name)}', which no user is called. Give 'owner/name' as repoId`,
  );
}
