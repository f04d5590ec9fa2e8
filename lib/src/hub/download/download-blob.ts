import { type FileHandle, mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { downloadFile } from '@huggingface/hub';
import { HubError } from '../../errors.js';
import { type Progress, progress } from '../../progress.js';
import { difference } from '../checksum.js';
import { addressOf, ask, type Hub, nameOf, refusal, unreachable } from '../connection.js';
import { isTrue } from '../environment.js';
import type { HubFile } from '../names.js';
import { backOff, patience, TransientHubError } from '../retry.js';
import type { FileMetadata } from './file-metadata.js';
import { claimPartial, leavePartial, removePartials } from './partial-file.js';

/** A file to download: its revision is the commit. */
type Source = HubFile & Required<Pick<FileMetadata, 'etag'>> & Pick<FileMetadata, 'size'>;

/** What this process is downloading, by path. */
const running = new Map<string, Promise<void>>();

/**
 * Downloads the content of a file, checks it and puts it in its place. Where an earlier download broke off, it goes on.
 *
 * The npm package's own downloadFileToCacheDir neither resumes nor checks, and names a snapshot after the commit that
 * last changed the file, where Python would not look for it.
 */
export async function downloadBlob(hub: Hub, source: Source, blob: string): Promise<void> {
  const before = running.get(blob);
  if (before) return before;
  const download = downloadOnce(hub, source, blob).finally(() => running.delete(blob));
  running.set(blob, download);
  return download;
}

async function downloadOnce(hub: Hub, source: Source, blob: string): Promise<void> {
  await mkdir(dirname(blob), { recursive: true });
  const partial = await claimPartial(blob);
  try {
    const resumed = (await stat(partial)).size > 0;
    await complete(hub, source, partial);
    let wrong = await difference(partial, source.etag);
    if (wrong && resumed) {
      // What was left over was not the beginning of this file.
      await truncate(partial);
      await complete(hub, source, partial);
      wrong = await difference(partial, source.etag);
    }
    if (wrong) {
      await rm(partial);
      throw new HubError(
        `${nameOf(source)}: what arrived is not the file that the Hub names: ${wrong}. It was removed; try again`,
      );
    }
    await rename(partial, blob);
  } catch (error) {
    await leavePartial(blob, partial);
    throw error;
  }
  await removePartials(blob);
}

/** Receives what is missing, in several goes where the connection breaks off. */
async function complete(hub: Hub, source: Source, partial: string): Promise<void> {
  const { size } = source;
  const file = await open(partial, 'r+');
  let have = (await file.stat()).size;
  const bar = isTrue(process.env.HF_HUB_DISABLE_PROGRESS_BARS)
    ? undefined
    : progress({ title: source.file, total: size, unit: 'bytes', start: have });
  try {
    let most = have;
    let tries = 0;
    while (have !== size) {
      if (size !== undefined && have > size) have = await startAgain(file);
      const received = await receive(hub, source, file, have, bar);
      have = received.have;
      if (!received.broken && (size === undefined || have === size)) return;
      const error = received.broken ?? new TransientHubError(wrongSize(source, have));
      tries = have > most ? 1 : tries + 1;
      most = Math.max(most, have);
      if (tries > hub.retries) throw error;
      await backOff(tries, error);
    }
  } finally {
    bar?.end();
    await file.close();
  }
}

/** Sends one request for the rest of a file, and writes what arrives. */
async function receive(
  hub: Hub,
  source: Source,
  file: FileHandle,
  from: number,
  bar: Progress | undefined,
): Promise<{ have: number; broken?: TransientHubError }> {
  const { etag, size = Number.MAX_SAFE_INTEGER } = source;
  const url = addressOf(hub, source);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new DOMException('', 'TimeoutError')), patience.silence);
  let have = from;
  let failure: unknown;
  // The package builds the request for a part of a file; redirects, token and errors are ours.
  const content = await downloadFile({
    repo: { type: source.repoType, name: source.id },
    path: source.file,
    xet: false,
    downloadInfo: { url: url.href, etag, size },
    fetch: async (_, init) => {
      try {
        const range = new Headers(init?.headers).get('Range') ?? undefined;
        const response = await ask(hub, source, { method: 'GET', url, range, signal: silence.signal });
        if (response.status === 416) {
          have = await startAgain(file);
          throw new TransientHubError(wrongSize(source, from));
        }
        if (!response.ok || !response.body) throw refusal(hub, source, response);
        if (have > 0 && !startsAt(response, have)) have = await startAgain(file);
        return response;
      } catch (error) {
        // The stream would tell the message alone.
        failure = error;
        throw error;
      }
    },
  });
  const reader = content!.slice(from).stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw failure ?? unreachable(hub, source, url, cause, `the connection broke off at ${have} bytes:`);
      });
      if (done) return { have };
      await file.write(value, 0, value.length, have);
      have += value.length;
      if (have > size) throw new HubError(wrongSize(source, have));
      timer.refresh();
      bar?.update(have);
    }
  } catch (error) {
    if (error instanceof TransientHubError) return { have, broken: error };
    throw error;
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {});
  }
}

/** Whether the answer is the rest that was asked for; servers may send everything instead. */
function startsAt(response: Response, position: number): boolean {
  return response.status === 206 && response.headers.get('Content-Range')?.startsWith(`bytes ${position}-`) === true;
}

async function startAgain(file: FileHandle): Promise<0> {
  await file.truncate(0);
  return 0;
}

function wrongSize(source: Source, have: number): string {
  return `${nameOf(source)}: ${have} bytes arrived where the Hub says ${source.size ?? 'no size'}. Try again later`;
}
