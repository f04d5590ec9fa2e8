import { HubError } from '../errors.js';
import { wordsOf } from '../redact.js';
import { type Hub, nameOf, pageOf } from './connection.js';
import type { HubFile } from './names.js';
import { TransientHubError } from './retry.js';

/** The Hub said no for good. */
export class HubRefusal extends HubError {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
    this.name = 'HubError';
  }
}

/** How the message of a refusal begins: who answers what. */
export function answered(hub: Hub, of: HubFile, response: Response, words?: string): string {
  const { status, headers } = response;
  const said = wordsOf(headers.get('X-Error-Message') ?? words ?? '', hub.token);
  const { host } = new URL(response.url || hub.address);
  return `${nameOf(of)}: ${host} answers ${[status, errorCode(hub, response)].filter(Boolean).join(' ')}${said && ` (${said})`}. `;
}

/** What the Hub calls the reason of a refusal. */
export function errorCode({ token }: Hub, { headers }: Response): string {
  return wordsOf(headers.get('X-Error-Code') ?? '', token);
}

/** The error of a request that was answered with one. */
export function refusal(hub: Hub, of: HubFile, response: Response): HubError {
  const { status, headers } = response;
  const code = headers.get('X-Error-Code');
  const message = answered(hub, of, response);
  const page = pageOf(hub, of);
  const logIn = `set HF_TOKEN to an access token (${hub.address}/settings/tokens), or log in with 'hf auth login'`;
  if (code === 'GatedRepo') {
    const then = hub.token ? 'and wait for the owner where that is asked for' : `then ${logIn}`;
    return new HubError(`${message}The repository is gated: accept its conditions at ${page}, ${then}`);
  }
  if (code === 'RevisionNotFound') {
    return new HubError(`${message}There is no revision '${of.revision}': give a branch, a tag or a commit of ${page}`);
  }
  if (code === 'RepoNotFound' || status === 401) {
    const how = hub.token ? 'check that your access token is valid and may read it' : logIn;
    return new HubError(
      `${message}There is no folder and no ${of.repoType} '${of.id}', or it is private: check the name; if it is private, ${how}`,
    );
  }
  if (status === 403) return new HubError(`${message}Check at ${page} who may read it: ${logIn}`);
  if (status === 404) return new HubError(`${message}Check the name, and that HF_ENDPOINT or hubUrl is a Hub`);
  if (status === 408 || status === 429 || status >= 500) {
    const more = hub.token ? '' : `; with an access token more is allowed: ${logIn}`;
    const then = status === 429 ? `Wait a while${more}` : 'Try again later';
    return new TransientHubError(message + then, undefined, retryAfter(response));
  }
  return new HubError(`${message}Check that HF_ENDPOINT or hubUrl is a Hub`);
}

/** When the server wants to be asked again, in ms; 0 where it does not say. */
export function retryAfter({ headers }: Response): number {
  const seconds = Number(headers.get('Retry-After'));
  return seconds > 0 ? seconds * 1000 : 0;
}
