import { createBranch, createRepo, HubApiError } from '@huggingface/hub';
import { HubError, OnpaError } from '../../errors.js';
import { isSystemError } from '../../files.js';
import { wordsOf } from '../../redact.js';
import { revisionAddress } from '../connection.js';
import { isCommit } from '../names.js';
import { HubRefusal } from '../refusal.js';
import { pushFetch } from './push-fetch.js';
import { type PushSession, partOf } from './push-session.js';

/** Makes the repository if there is none. */
export async function makeRepository(session: PushSession, isPrivate: boolean | undefined): Promise<void> {
  const fetch = pushFetch(session, { what: 'its creation', accepted: [409] });
  try {
    // The package insists on a token, and takes none.
    await createRepo({ ...packageOptions(session), accessToken: '', private: isPrivate, fetch });
  } catch (error) {
    if (error instanceof HubApiError && error.statusCode === 409) return;
    // Who may not make repositories there may all the same write to one that there is.
    const exists =
      error instanceof HubRefusal && error.status === 403 && (await headOf(session).catch(() => undefined));
    if (!exists) throw asHubError(session, error);
  }
}

/**
 * Asks whether the token may write to the repository, like `huggingface_hub.auth_check(…, write=True)`: one that there is
 * does not say so when it is made again.
 *
 * @throws HubError if it may not; a Hub that knows no such question is believed to take the push
 */
export async function requireWriteAccess(session: PushSession): Promise<void> {
  const ask = pushFetch(session, { what: 'whether it may be written to', accepted: [404] });
  try {
    await ask(new URL(`${session.hub.address}/api/models/${session.id}/auth-check/write`));
  } catch (error) {
    throw asHubError(session, error);
  }
}

/** The last commit of the branch; undefined if there is no such branch. */
export async function headOf(session: PushSession): Promise<string | undefined> {
  try {
    const ask = pushFetch(session, { what: 'its last commit' });
    const response = await ask(revisionAddress(session.hub, partOf(session, '')));
    const { sha } = (await response.json()) as { sha?: unknown };
    if (typeof sha === 'string' && isCommit(sha)) return sha;
    throw new TypeError('no commit');
  } catch (error) {
    if (error instanceof HubRefusal && error.code === 'RevisionNotFound') return undefined;
    throw asHubError(session, error);
  }
}

/** Makes the branch, of what 'main' has. Returns its last commit. */
export async function makeBranch(session: PushSession): Promise<string> {
  const fetch = pushFetch(session, { what: 'its branch', accepted: [409] });
  try {
    await createBranch({ ...packageOptions(session), fetch });
  } catch (error) {
    if (!(error instanceof HubApiError && error.statusCode === 409)) throw asHubError(session, error);
  }
  const head = await headOf(session);
  if (head) return head;
  throw new HubError(`${session.id}: there is no branch '${session.revision}', and it cannot be made; take 'main'`);
}

/** What the functions of the npm package are told. */
export function packageOptions({ hub, id, revision }: PushSession): {
  repo: { type: 'model'; name: string };
  hubUrl: string;
  branch: string;
} {
  return { repo: { type: 'model', name: id }, hubUrl: hub.address, branch: revision };
}

/** The package's own errors are about answers that no Hub gives. */
export function asHubError({ hub, id, signal }: PushSession, error: unknown): unknown {
  if (error instanceof OnpaError || signal.aborted || isSystemError(error)) return error;
  const message = wordsOf((error as Error).message, hub.token);
  return new HubError(
    `${id}: ${new URL(hub.address).host} does not answer as a Hub does: ${message}. Check HF_ENDPOINT or hubUrl, and whether the network asks you to log in`,
  );
}
