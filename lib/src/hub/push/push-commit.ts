import type { CommitProgressEvent } from '@huggingface/hub';
import { commitIter, type PathInfo, pathsInfo } from '@huggingface/hub';
import { waits } from '../../interruption.js';
import { difference, isChecksum } from '../checksum.js';
import { pageOf, withoutToken } from '../connection.js';
import { isCommit } from '../names.js';
import { retry } from '../retry.js';
import { FileContent } from './file-content.js';
import { pushFetch } from './push-fetch.js';
import { asHubError, headOf, makeBranch, packageOptions } from './push-repository.js';
import { type PushSession, partOf, UncertainPushError } from './push-session.js';
import type { PushedFile } from './push-to-folder.js';
import { uploadBar } from './upload-bar.js';

/** What a commit says of itself. */
interface CommitWords {
  title: string;
  description?: string;
}

/** A commit that has been made. */
interface MadeCommit {
  oid: string;
  url: string;
}

/**
 * Makes one commit of all files, or finds that the branch has them already: then no commit is made.
 *
 * Each commit names the one before, so that the server makes none twice; one whose answer was lost is looked for.
 */
export async function commitFiles(session: PushSession, files: PushedFile[], words: CommitWords): Promise<MadeCommit> {
  const attempt = async () => {
    const head = (await headOf(session)) ?? (await makeBranch(session));
    return (await commitWithFiles(session, head, files)) ?? (await commitOnce(session, head, files, words));
  };
  try {
    return await retry(session.hub, attempt, (error) => error instanceof UncertainPushError);
  } catch (error) {
    if (!(error instanceof UncertainPushError)) throw error;
    const once = { ...session, hub: { ...session.hub, retries: 0 } };
    const look = async () => {
      const head = await headOf(once);
      return head ? commitWithFiles(once, head, files) : undefined;
    };
    const made = await look().catch(() => undefined);
    if (made) return made;
    throw error;
  }
}

/** The commit, if it has all files as they are here. */
async function commitWithFiles(
  session: PushSession,
  head: string,
  files: PushedFile[],
): Promise<MadeCommit | undefined> {
  const fetch = pushFetch(session, { what: 'its files' });
  const paths = files.map(({ path }) => path);
  const found = await pathsInfo({ ...packageOptions(session), revision: head, paths, fetch }).catch((error) => {
    throw asHubError(session, error);
  });
  const entries = new Map(found.map((entry) => [entry.path, entry]));
  const isSameSize = ({ path, size }: PushedFile) => entries.get(path)?.size === size;
  if (!files.every(isSameSize)) return undefined;
  for (const { path, location } of files) if (!(await isSame(location, entries.get(path)!))) return undefined;
  return { oid: head, url: `${pageOf(session.hub, partOf(session, ''))}/commit/${head}` };
}

async function isSame(location: string, { oid, lfs }: PathInfo): Promise<boolean> {
  const etag = lfs?.oid ?? oid ?? '';
  return isChecksum(etag) && (await difference(location, etag)) === undefined;
}

/** Uploads what the Hub has not got, and makes the commit. */
async function commitOnce(
  session: PushSession,
  head: string,
  files: PushedFile[],
  { title, description }: CommitWords,
): Promise<MadeCommit> {
  const stop = new AbortController();
  // The package's iterator may lose an error while it reports progress, and wait for ever.
  const events = waits();
  const options = packageOptions(session);
  const commit = commitIter({
    ...options,
    ...{ title, description, parentCommit: head, useXet: false, abortSignal: stop.signal },
    operations: files.map(({ path, location, size }) => ({
      operation: 'addOrUpdate',
      path,
      content: new FileContent(location, 0, size),
    })),
    fetch: pushFetch(session, { what: 'its large files', failed: events.end }),
  });
  const bar = uploadProgress(session, files);
  try {
    for (;;) {
      const { done, value } = await events.until(commit.next());
      if (!done) bar.hear(value);
      else if (value && isCommit(value.commit.oid)) {
        const { oid, url } = value.commit;
        return { oid, url: withoutToken(session.hub, url) };
      } else throw new UncertainPushError(`${session.id}: the commit was answered with no commit. Push again later`);
    }
  } catch (error) {
    stop.abort();
    throw asHubError(session, error);
  } finally {
    bar.end();
  }
}

/** How much is sent of all large files: one bar, unless somebody else hears it. */
function uploadProgress(
  { id, sending }: PushSession,
  files: PushedFile[],
): { hear(event: CommitProgressEvent): void; end(): void } {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const sent = new Map<string, number>();
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
  const bar = uploadBar(id);
  return {
    hear(event) {
      if (event.event !== 'fileProgress') return;
      const { path, state } = event;
      if (state === 'hashing') sent.set(path, 0);
      if (state !== 'uploading' || !sent.has(path)) return;
      const total = sum([...sent.keys()].map((large) => sizes.get(large)!));
      sent.set(path, event.progress * sizes.get(path)!);
      (sending ?? bar.update)(sum(sent.values()), total);
    },
    end: bar.end,
  };
}
