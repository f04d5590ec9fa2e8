import { HubError } from '../../errors.js';
import { ask, type HubRequest, nameOf, textOf } from '../connection.js';
import { patience, retry, TransientHubError } from '../retry.js';
import { type PushSession, partOf, pushRefusal, UncertainPushError } from './push-session.js';

/** How much longer than usual the answer to an upload or to a commit may take: storages and git have work to do. */
const LONG = 12;

/** What the package tells of a request that uploads, for a fetch that reports. */
interface ProgressHint {
  path?: string;
  part?: number;
  numParts?: number;
  /** @param progress - of the file, in [0, 1] */
  progressCallback(progress: number): void;
}

/** A request of a push. */
interface Part extends Pick<HubRequest, 'method' | 'url' | 'headers'> {
  /** For errors. */
  name: string;
  content: Blob | string | undefined;
  /** How long the answer may take once everything is sent, in ms. */
  timeout: number;
  stopped: AbortSignal;
  /** @param share - of the content that has been sent, in [0, 1] */
  report(share: number): void;
}

export interface PushFetchOptions {
  /** What is asked for, in a few words for errors. */
  what: string;
  /** Answers that are no errors here. */
  accepted?: number[];
  /** Hears of an error before the package does, which may lose it. */
  failed?(error: unknown): void;
}

/**
 * A `fetch` for the functions of the npm package. The token is put in here, and the package never sees it; what may pass
 * is sent again; and every answer that is none becomes a {@link HubError}.
 */
export function pushFetch(session: PushSession, options: PushFetchOptions): typeof fetch {
  const { hub } = session;
  const { what, accepted = [], failed } = options;
  const report = reporter();
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const hint = (init as { progressHint?: ProgressHint }).progressHint;
    const isCommit = url.href.startsWith(`${hub.address}/api/models/${session.id}/commit/`);
    const isUpload = init.body instanceof Blob;
    const part: Part = {
      name: isCommit ? 'the commit' : isUpload ? `upload of ${hint?.path}` : what,
      url,
      method: (init.method ?? 'GET') as HubRequest['method'],
      headers: init.headers,
      content: (init.body ?? undefined) as Part['content'],
      timeout: patience.silence * (isCommit || isUpload ? LONG : 1),
      stopped: init.signal ? AbortSignal.any([session.signal, init.signal]) : session.signal,
      report: (share) => hint?.path && report(hint, share),
    };
    try {
      // Whether a commit was made has to be looked up before it is sent again.
      session.committing ||= isCommit;
      if (isCommit) return await send(session, part, accepted).catch(uncertain);
      const request = () => send(session, part, accepted);
      return await retry(hub, request, (error) => !(error instanceof UncertainPushError));
    } catch (error) {
      failed?.(error);
      throw error;
    }
  };
}

/** Sends a request and receives the whole answer; the package would not notice one that breaks off. */
async function send(session: PushSession, part: Part, accepted: number[]): Promise<Response> {
  const { hub } = session;
  const { name, url, method, content, stopped } = part;
  stopped.throwIfAborted();
  const of = partOf(session, name);
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const allow = (ms: number) => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(() => silence.abort(new Error(`no answer within ${ms / 1000} s`)), ms);
  };
  const headers = new Headers(part.headers);
  let body: HubRequest['body'];
  let unreadable: unknown;
  if (content instanceof Blob) {
    // Storages want to know the length, and fetch tells none of a stream.
    headers.set('Content-Length', String(content.size));
    const sent = (bytes: number) => {
      allow(bytes < content.size ? patience.silence : part.timeout);
      part.report(content.size > 0 ? bytes / content.size : 1);
    };
    const broken = (error: unknown) => {
      unreadable = error;
    };
    body = () => streamOf(content, sent, broken);
    allow(patience.silence);
  } else {
    if (content !== undefined) body = () => content;
    allow(part.timeout);
  }
  try {
    const signal = AbortSignal.any([stopped, silence.signal]);
    const response = await ask(hub, of, { method, url, headers, body, signal });
    const text = await textOf(hub, of, url, response);
    const { status } = response;
    if (!response.ok && !accepted.includes(status)) throw pushRefusal(session, name, response, text);
    return new Response(text || null, { status, headers: response.headers });
  } catch (error) {
    if (stopped.aborted) throw stopped.reason;
    if (unreadable) throw new HubError(`${nameOf(of)}: ${(unreadable as Error).message}`, { cause: unreadable });
    throw error;
  } finally {
    ended = true;
    clearTimeout(timer);
  }
}

/**
 * Reads content piece by piece, each when the one before has been taken.
 *
 * @param sent - hears how many bytes have been taken
 * @param broken - hears of content that cannot be read
 */
function streamOf(
  content: Blob,
  sent: (bytes: number) => void,
  broken: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = content.stream().getReader();
  let bytes = 0;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    sent(bytes);
    const { done, value } = await reader.read().catch((error) => {
      broken(error);
      throw error;
    });
    if (done) return controller.close();
    bytes += value.length;
    controller.enqueue(value);
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** Tells the package how much of a file is sent, also of one that goes in several parts at a time. */
function reporter(): (hint: ProgressHint, share: number) => void {
  const sharesOf = new WeakMap<ProgressHint['progressCallback'], number[]>();
  return ({ progressCallback, part = 0, numParts = 1 }, share) => {
    const shares = sharesOf.get(progressCallback) ?? new Array<number>(numParts).fill(0);
    shares[part] = share;
    sharesOf.set(progressCallback, shares);
    progressCallback(shares.reduce((sum, one) => sum + one, 0) / numParts);
  };
}

function uncertain(error: unknown): never {
  if (!(error instanceof TransientHubError)) throw error;
  throw new UncertainPushError(error.message, { cause: error.cause }, error.retryAfter);
}
