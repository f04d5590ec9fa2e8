import { HubError } from '../../errors.js';
import { wordsOf } from '../../redact.js';
import { addressOf, ask, type Hub, nameOf, unreachable } from '../connection.js';
import { isOffline } from '../environment.js';
import { hubOf } from '../login/token.js';
import type { HubFile } from '../names.js';
import { refusal } from '../refusal.js';
import { backOff, patience, retry, TransientHubError } from '../retry.js';
import { contentPart } from './content-part.js';
import { fileMetadata } from './file-metadata.js';
import type { RepositoryOptions } from './repository-file.js';

/** A file of the Hub that is read and not kept. */
export interface RemoteFile {
  /** For messages. */
  name: string;
  /** In bytes. */
  size: number;
  /**
   * A part of it, as it arrives; where the connection breaks off, it goes on. Who is slow to take it keeps the server
   * waiting, not the bytes in memory.
   *
   * @param end - after the last byte
   * @param signal - closes the connection; the part then ends early
   * @throws HubError if the Hub refuses, cannot be reached, or sends something else
   */
  part(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}

/**
 * Finds a file of the Hub, to read it without keeping it.
 *
 * @returns undefined if the revision has no such file
 * @throws HubError if the Hub refuses, cannot be reached, or may not be asked
 */
export async function remoteFile(
  id: string,
  file: string,
  options: RepositoryOptions,
): Promise<RemoteFile | undefined> {
  const { repoType = 'model', revision = 'main' } = options;
  const of: HubFile = { repoType, id, revision, file };
  if (isOffline()) {
    throw new HubError(`${nameOf(of)} cannot be streamed: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids it: unset it`);
  }
  const hub = await hubOf(options);
  const { etag, size, commit } = (await retry(hub, () => fileMetadata(hub, of))) ?? {};
  if (etag === undefined || commit === undefined) return undefined;
  if (size === undefined) {
    throw new HubError(`${nameOf(of)}: the server does not say how large it is; load it without streaming`);
  }
  // The branch may move on while the file is read.
  const url = addressOf(hub, { ...of, revision: commit });
  return { name: nameOf(of), size, part: (start, end, signal) => part({ hub, of, url, size }, start, end, signal) };
}

/** Where a file is, and what to call it. */
interface Place {
  hub: Hub;
  of: HubFile;
  url: URL;
  size: number;
}

async function* part(place: Place, start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { hub, of } = place;
  let at = start;
  let tries = 0;
  while (at < end && !signal.aborted) {
    try {
      for await (const piece of answerOf(place, at, end, signal)) {
        at += piece.length;
        tries = 0;
        yield piece;
      }
      if (at < end) throw new TransientHubError(`${nameOf(of)}: ${at} bytes arrived of ${end}. Try again later`);
    } catch (error) {
      if (signal.aborted) return;
      tries++;
      if (!(error instanceof TransientHubError) || tries > hub.retries) throw error;
      await untilAborted(backOff(tries, error), signal);
    }
  }
}

/** What one request brings. */
async function* answerOf(
  { hub, of, url, size }: Place,
  start: number,
  end: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const request = new AbortController();
  const stop = () => request.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  /** Silence counts only while something is waited for. */
  const inTime = async <T>(promise: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => request.abort(new DOMException('', 'TimeoutError')), patience.silence);
    return promise.finally(() => clearTimeout(timer));
  };
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    const range = `bytes=${start}-${end - 1}`;
    const response = await inTime(ask(hub, of, { method: 'GET', url, range, signal: request.signal }));
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw refusal(hub, of, response);
    }
    reader = response.body.getReader();
    requirePart(hub, of, response, start, size);
    for (let left = end - start; left > 0; ) {
      const { done, value } = await inTime(reader.read()).catch((cause) => {
        throw unreachable(hub, of, url, cause, `the connection broke off at ${end - left} bytes:`);
      });
      if (done) return;
      // A server that sends everything instead sends more than was asked for.
      const piece = value.subarray(0, left);
      left -= piece.length;
      yield piece;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await reader?.cancel().catch(() => {});
  }
}

function requirePart(hub: Hub, of: HubFile, response: Response, start: number, size: number): void {
  const found = contentPart(response);
  if (found?.start === start && (found.total === undefined || found.total === size)) return;
  const sent = wordsOf(response.headers.get('Content-Range') ?? 'the whole file', hub.token);
  throw new HubError(
    `${nameOf(of)}: the server sends ${sent} where the bytes from ${start} on of ${size} were asked for; load it without streaming`,
  );
}

/** Waits, but not for what nobody wants any more. */
function untilAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    void waiting.then(done);
  });
}
