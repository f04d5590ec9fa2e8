import { HubError } from '../errors.js';
import { failureOf, receive } from '../receive.js';
import { redact, wordsOf } from '../redact.js';
import { MOST_HOPS, redirectOf, withoutCredentials } from '../redirect.js';
import type { HubFile } from './names.js';
import { patience, TransientHubError } from './retry.js';

/** Which server is asked, on whose behalf, and how often. */
export interface Hub {
  /** Without a slash at the end. */
  address: string;
  token: string | undefined;
  /** How often a request is sent again without getting any further. */
  retries: number;
  /** What else to try where it cannot be reached; default what helps a download. */
  advice?: string;
  /** Stops every request. */
  signal?: AbortSignal;
}

/** Where a repository's page is. */
export function pageOf(hub: Hub, { repoType, id }: HubFile): string {
  return `${hub.address}/${repoType === 'dataset' ? 'datasets/' : ''}${id}`;
}

/** Where a file is downloaded. */
export function addressOf(hub: Hub, of: HubFile): URL {
  const path = of.file.split('/').map(encodeURIComponent).join('/');
  return new URL(`${pageOf(hub, of)}/resolve/${encodeURIComponent(of.revision)}/${path}`);
}

/** Where the Hub tells what a revision of a repository is. */
export function revisionAddress({ address }: Hub, { repoType, id, revision }: HubFile): URL {
  return new URL(`${address}/api/${repoType}s/${id}/revision/${encodeURIComponent(revision)}`);
}

/** What is asked of a server. */
export interface HubRequest {
  method: 'HEAD' | 'GET' | 'POST' | 'PUT';
  url: URL;
  /** Besides the token. */
  headers?: HeadersInit;
  range?: string;
  /** Made anew each time that the request is sent. */
  body?: () => string | ReadableStream<Uint8Array>;
  signal: AbortSignal;
}

/** The longest text that an answer may be, in bytes, unless somebody asks for more. */
const MOST = 1 << 24;

/**
 * Sends a request and follows redirects: of a text only where they keep the method, and only within its server; of a
 * stream none. The token goes to the Hub alone: the servers that it redirects to do not see it.
 *
 * @param enough - tells of a redirect that need not be followed
 */
export async function ask(
  hub: Hub,
  of: HubFile,
  request: HubRequest,
  enough: (response: Response, target: URL) => boolean = () => false,
): Promise<Response> {
  const { method, range, body } = request;
  const signal = hub.signal ? AbortSignal.any([request.signal, hub.signal]) : request.signal;
  const { origin } = new URL(hub.address);
  let { url } = request;
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    let headers = new Headers(request.headers);
    // A compressed answer would have another length.
    headers.set('Accept-Encoding', 'identity');
    if (range) headers.set('Range', range);
    headers.delete('Authorization');
    if (url.origin !== request.url.origin) headers = withoutCredentials(headers);
    if (hub.token && url.origin === origin) headers.set('Authorization', `Bearer ${hub.token}`);
    let response: Response;
    const content = body?.();
    // In case of a redirect, fetch would keep a copy of all that a stream has given.
    const hop = content instanceof ReadableStream ? 'error' : 'manual';
    try {
      const init = { method, headers, signal, redirect: hop, body: content, duplex: 'half', window: null } as const;
      response = await fetch(url, init);
    } catch (cause) {
      hub.signal?.throwIfAborted();
      if (failureOf(cause).message !== 'unexpected redirect') throw unreachable(hub, of, url, cause);
      throw new HubError(
        `${nameOf(of)}: ${url.host} sends an upload to another address, which is not followed. Push again`,
      );
    }
    const target = follow(hub, of, response, url);
    if (!target || (body && response.status !== 307 && response.status !== 308)) return response;
    if (enough(response, target)) return response;
    await response.body?.cancel();
    if (body && target.origin !== url.origin) {
      throw new HubError(
        withoutToken(
          hub,
          `${nameOf(of)}: ${url.host} sends to ${target.origin}, which gets neither the token nor the files. Is the Hub at HF_ENDPOINT=${target.origin}?`,
        ),
      );
    }
    url = target;
  }
  throw new HubError(withoutToken(hub, `${nameOf(of)}: ${url.host} redirects in circles`));
}

function follow(hub: Hub, of: HubFile, response: Response, url: URL): URL | undefined {
  try {
    return redirectOf(response, url);
  } catch (cause) {
    throw new HubError(withoutToken(hub, `${nameOf(of)}: ${(cause as Error).message}. Check HF_ENDPOINT or hubUrl`));
  }
}

/** The error of a request that got no answer, or only a part of one. */
export function unreachable(
  hub: Hub,
  of: HubFile,
  url: URL,
  cause: unknown,
  what: string = 'no connection:',
): TransientHubError {
  const { code, message } = failureOf(cause);
  const reason = code === 'TIMEOUT' ? `no answer within ${patience.silence / 1000} s` : code || message;
  const { advice = 'HF_HUB_OFFLINE=1 makes do with what was downloaded before' } = hub;
  const text = `${nameOf(of)}: ${what} ${url.host}, ${reason}. Check the network; HF_ENDPOINT names another server, ${advice}`;
  // An error of fetch may quote what the server has sent.
  return new TransientHubError(withoutToken(hub, text), { cause: new Error(wordsOf(message || reason, hub.token)) });
}

/**
 * The whole text of an answer.
 *
 * @param most - how long it may be, in bytes
 * @param arrived - is called for each piece of a long one
 */
export async function textOf(
  hub: Hub,
  of: HubFile,
  url: URL,
  response: Response,
  most: number = MOST,
  arrived?: () => void,
): Promise<string> {
  const bytes = await receive(response, most, arrived).catch((cause) => {
    throw unreachable(hub, of, url, cause, 'the connection broke off:');
  });
  if (bytes) return new TextDecoder().decode(bytes);
  throw new HubError(
    `${nameOf(of)}: ${url.host} answers with more than ${most} bytes, as no Hub does. Check HF_ENDPOINT or hubUrl`,
  );
}

/** A server may say the token that it was sent. */
export function withoutToken({ token }: Pick<Hub, 'token'>, text: string): string {
  return redact(text, token);
}

/** 'owner/name: config.json', with the revision where it is not the usual one. */
export function nameOf({ id, file, revision }: HubFile): string {
  return `${id}: ${file}${revision === 'main' ? '' : ` (revision ${revision})`}`;
}
