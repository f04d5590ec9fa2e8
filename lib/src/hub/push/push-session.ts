import type { HubError } from '../../errors.js';
import { type Hub, pageOf } from '../connection.js';
import { howToLogIn } from '../login/token.js';
import type { HubFile } from '../names.js';
import { answered, errorCode, HubRefusal, retryAfter } from '../refusal.js';
import { TransientHubError } from '../retry.js';

/** One push: where to, and how it is stopped. */
export interface PushSession {
  hub: Hub;
  /** `owner/name` */
  id: string;
  /** A branch. */
  revision: string;
  /** Stops every request at once. */
  signal: AbortSignal;
  /** Whether a commit has been asked for. */
  committing: boolean;
  /** Hears how many bytes of large files are sent, of all that there are, in place of a bar. */
  sending?(sent: number, total: number): void;
}

/**
 * An error that may be gone where the push begins anew: something has changed meanwhile, or it is not known whether a
 * commit was made.
 */
export class UncertainPushError extends TransientHubError {}

/** How a part of a push is named in errors: 'owner/name: the commit'. */
export function partOf({ id, revision }: PushSession, what: string): HubFile {
  return { repoType: 'model', id, revision, file: what };
}

/** The error of a part of a push that was answered with one. It says what to do about it. */
export function pushRefusal(session: PushSession, what: string, response: Response, text: string): HubError {
  const { hub, id, revision } = session;
  const { status } = response;
  const of = partOf(session, what);
  const message = answered(hub, of, response, saidIn(response, text));
  if (new URL(response.url).origin !== new URL(hub.address).origin && (status === 400 || status === 403)) {
    // The addresses of uploads are good for some time only.
    return new UncertainPushError(`${message}The storage takes no more of this upload; push again`);
  }
  if (status === 409 || status === 412) {
    return new UncertainPushError(
      `${message}Somebody else changes branch '${revision}' of ${pageOf(hub, of)} at the same time. Push again later`,
      undefined,
      retryAfter(response),
    );
  }
  if (status === 408 || status === 429 || status >= 500) {
    const then = status === 429 ? 'Too many requests: wait a while, then push again' : 'Push again later';
    return new TransientHubError(message + then, undefined, retryAfter(response));
  }
  const token = `an access token with the role 'write' (${hub.address}/settings/tokens)`;
  const advice: Record<number, string> = {
    401: `The access token is not valid here. ${howToLogIn(hub.address)}`,
    403: `The access token may not write to ${id}: take ${token}, and a repository of yours or of an organisation that you may write to`,
    404: `There is no such repository or branch, or the access token may not see it: check '${id}' and '${revision}', and take ${token}`,
    413: 'It is more than the Hub takes: leave out files, or push them in several commits',
  };
  const then = advice[status] ?? 'Check the files and their names, and that HF_ENDPOINT or hubUrl is a Hub';
  return new HubRefusal(message + then, status, errorCode(hub, response));
}

/** The Hub's own words. */
function saidIn(response: Response, text: string): string | undefined {
  if (!response.headers.get('Content-Type')?.startsWith('application/json')) return undefined;
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}
