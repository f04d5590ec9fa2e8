import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HubError } from '../../errors.js';
import { makeFolders } from '../../files.js';
import { progress } from '../../progress.js';
import { difference, isChecksum } from '../checksum.js';
import { type Hub, nameOf } from '../connection.js';
import { isTrue } from '../environment.js';
import { backOff, TransientHubError } from '../retry.js';
import { claimPartial, leavePartial, removePartials } from './partial-file.js';
import { receiveFile, type Source, startAgain, type Transfer, wrongSize } from './receive-file.js';

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
  await makeFolders(dirname(blob));
  const partial = await claimPartial(blob);
  try {
    await complete(hub, source, partial);
    await rename(partial, blob);
  } catch (error) {
    // The first error says more than one that follows from it.
    await leavePartial(blob, partial).catch(() => {});
    throw error;
  }
  await removePartials(blob);
}

/** Receives what is missing, and checks the whole; once more from the beginning where its parts do not belong together. */
async function complete(hub: Hub, source: Source, partial: string): Promise<void> {
  const { etag, size } = source;
  const file = await open(partial, 'r+');
  const have = (await file.stat()).size;
  // What an earlier process has left is of the file with this ETag.
  const validator = isChecksum(etag) ? undefined : `"${etag}"`;
  const transfer: Transfer = { file, have, size, validator, inParts: have > 0, onlyWhole: false };
  try {
    await receiveAll(hub, source, transfer);
    let wrong = await difference(partial, etag);
    if (wrong && transfer.inParts) {
      await startAgain(transfer);
      await receiveAll(hub, source, Object.assign(transfer, { size, inParts: false, onlyWhole: true }));
      wrong = await difference(partial, etag);
    }
    if (!wrong) return;
    await rm(partial);
    throw new HubError(
      `${nameOf(source)}: what arrived is not the file that the Hub names: ${wrong}. It was removed; try again`,
    );
  } finally {
    await file.close();
  }
}

/** Receives what is missing, in several goes where the connection breaks off, until it lies on the disk. */
async function receiveAll(hub: Hub, source: Source, transfer: Transfer): Promise<void> {
  const { file } = transfer;
  const start = transfer.have;
  const bar = isTrue(process.env.HF_HUB_DISABLE_PROGRESS_BARS)
    ? undefined
    : progress({ title: source.file, total: source.size, unit: 'bytes', start });
  try {
    let most = start;
    let tries = 0;
    let isWhole = start === transfer.size;
    while (!isWhole) {
      if (transfer.have > (transfer.size ?? Infinity)) await startAgain(transfer);
      try {
        isWhole = await receiveFile(hub, source, transfer, bar);
      } catch (error) {
        if (!(error instanceof TransientHubError)) throw error;
        tries = transfer.have > most ? 1 : tries + 1;
        most = Math.max(most, transfer.have);
        if (tries > hub.retries) throw error;
        await backOff(tries, error);
      }
    }
    await file.sync();
    const { size } = await file.stat();
    if (size !== transfer.have) throw new HubError(wrongSize(source, transfer.have, size));
  } finally {
    bar?.end();
  }
}
