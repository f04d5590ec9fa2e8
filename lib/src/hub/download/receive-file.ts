import type { FileHandle } from 'node:fs/promises';
import { HubError } from '../../errors.js';
import { writeFully } from '../../files.js';
import type { Progress } from '../../progress.js';
import { isChecksum } from '../checksum.js';
import { addressOf, ask, type Hub, nameOf, unreachable } from '../connection.js';
import type { HubFile } from '../names.js';
import { refusal } from '../refusal.js';
import { patience, TransientHubError } from '../retry.js';
import { type ContentPart, contentPart, totalOf } from './content-part.js';
import type { FileMetadata } from './file-metadata.js';

/** A file to download: its revision is the commit. */
export type Source = HubFile & Required<Pick<FileMetadata, 'etag'>> & Pick<FileMetadata, 'size'>;

/** A file on its way. */
export interface Transfer {
  file: FileHandle;
  /** How many of its bytes are here. */
  have: number;
  /** How many there are, where anybody has said it. */
  size: number | undefined;
  /** The ETag of what is here; of importance only where no checksum tells whether parts belong together. */
  validator: string | undefined;
  /** Whether it consists of several parts. */
  inParts: boolean;
  /** Whether the server has no parts that fit. */
  onlyWhole: boolean;
}

/**
 * Sends one request for the rest of a file, and writes what arrives.
 *
 * @returns whether that was all
 * @throws HubError; what has arrived until then is in the transfer
 */
export async function receiveFile(
  hub: Hub,
  source: Source,
  transfer: Transfer,
  bar: Progress | undefined,
): Promise<boolean> {
  const url = addressOf(hub, source);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new DOMException('', 'TimeoutError')), patience.silence);
  try {
    const answer = await restOf(hub, source, transfer, silence.signal);
    if (!answer) return true;
    const { body, end } = answer;
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((cause) => {
          throw unreachable(hub, source, url, cause, `the connection broke off at ${transfer.have} bytes:`);
        });
        if (done) break;
        const have = transfer.have + value.length;
        const most = Math.min(transfer.size ?? Infinity, end ?? Infinity);
        if (have > most) throw new HubError(wrongSize(source, most, have));
        await writeFully(transfer.file, value, transfer.have);
        transfer.have = have;
        timer.refresh();
        bar?.update(have);
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
    // Where nobody has said a length, the end of the answer is that of the file.
    const { have, size = end ?? have } = transfer;
    if (have !== size) throw new TransientHubError(wrongSize(source, size, have));
    return true;
  } finally {
    clearTimeout(timer);
  }
}

/** Asks for the rest, and for everything where the server has none that fits; undefined if there is no rest. */
async function restOf(
  hub: Hub,
  source: Source,
  transfer: Transfer,
  signal: AbortSignal,
): Promise<{ body: ReadableStream<Uint8Array>; end: number | undefined } | undefined> {
  const url = addressOf(hub, source);
  const { have, size, validator } = transfer;
  const verified = isChecksum(source.etag);
  if (have > 0 && !verified && validator === undefined) transfer.onlyWhole = true;
  const range = have === 0 || transfer.onlyWhole ? undefined : `bytes=${have}-${size === undefined ? '' : size - 1}`;
  // Storages give the same file another ETag at times: it counts only where nothing better does.
  const headers = range && !verified ? { 'If-Range': validator! } : undefined;
  const response = await ask(hub, source, { method: 'GET', url, range, headers, signal });
  if (response.status === 416) {
    await response.body?.cancel();
    if (range && totalOf(response) === have && size === undefined) return undefined;
    await startAgain(transfer);
    throw new TransientHubError(wrongSize(source, size, have));
  }
  if (!response.ok || !response.body) throw refusal(hub, source, response);
  const part = contentPart(response);
  const etag = response.headers.get('ETag') ?? undefined;
  const fits = part && (part.start === 0 || (isRest(part, transfer) && (verified || etag === validator)));
  if (!fits) {
    await response.body.cancel();
    if (!range) {
      throw new HubError(
        `${nameOf(source)}: ${url.host} answers with a part of the file where all of it was asked for. Check HF_ENDPOINT or hubUrl`,
      );
    }
    transfer.onlyWhole = true;
    return restOf(hub, source, transfer, signal);
  }
  if (part.start === 0) {
    await startAgain(transfer);
    transfer.size = source.size;
    // A weak one does not tell one content from another.
    transfer.validator = etag?.startsWith('"') ? etag : undefined;
    if (source.size === undefined && part.total === undefined && response.headers.has('Content-Encoding')) {
      await response.body.cancel();
      throw new HubError(
        `${nameOf(source)}: ${url.host} sends it packed, and does not say how long it is. Try again later`,
      );
    }
  } else {
    transfer.inParts = true;
  }
  transfer.size ??= part.total;
  return { body: response.body, end: part.end };
}

/** Whether it begins where the file ends so far, and is of a file of the same length. */
function isRest({ start, total }: ContentPart, { have, size }: Transfer): boolean {
  return start === have && (total ?? size) === (size ?? total);
}

/** Forgets what is here. */
export async function startAgain(transfer: Transfer): Promise<void> {
  if (transfer.have > 0) await transfer.file.truncate(0);
  transfer.have = 0;
}

export function wrongSize(source: Source, size: number | undefined, have: number): string {
  return `${nameOf(source)}: ${have} bytes arrived where the Hub says ${size ?? 'no size'}. Try again later`;
}
