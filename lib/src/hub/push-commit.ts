import { pathToFileURL } from 'node:url';
import {
  type CommitProgressEvent,
  commitIter,
  createBranch,
  createRepo,
  HubApiError,
  type PathInfo,
  pathsInfo,
} from '@huggingface/hub';
import { HubError, OnpaError } from '../errors.js';
import { type Progress, progress } from '../progress.js';
import { difference } from './checksum.js';
import { insist, pageOf, withoutToken } from './connection.js';
import { isTrue } from './environment.js';
import { isCommit } from './names.js';
import { pushFetch } from './push-fetch.js';
import { HubRefusal, type PushSession, partOf, UncertainPushError } from './push-session.js';

/** A file to be pushed. */
export interface PushedFile {
  /** Within the repository, with `/` between folders. */
  path: string;
  /** On this machine. */
  location: string;
  /** In bytes. */
  size: number;
}

/** What a commit says of itself. */
export interface CommitWords {
  title: string;
  description?: string;
}

/** A commit that has been made. */
export interface MadeCommit {
  oid: string;
  url: string;
}

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
    if (!exists) throw foreign(session, error);
  }
}

/**
 * Makes one commit of all files, or finds that the branch has them already: then no commit is made.
 *
 * Each commit names the one before, so that the server makes none twice; one whose answer was lost is looked for.
 */
export async function commitFiles(session: PushSession, files: PushedFile[], words: CommitWords): Promise<MadeCommit> {
  const attempt = async () => {
    const head = (await headOf(session)) ?? (await makeBranch(session));
    return (await there(session, head, files)) ?? (await commitOnce(session, head, files, words));
  };
  try {
    return await insist(session.hub, attempt, (error) => error instanceof UncertainPushError);
  } catch (error) {
    if (!(error instanceof UncertainPushError)) throw error;
    const hub = { ...session.hub, patience: { ...session.hub.patience, retries: 0 } };
    const once = { ...session, hub };
    const look = async () => {
      const head = await headOf(once);
      return head ? there(once, head, files) : undefined;
    };
    const made = await look().catch(() => undefined);
    if (made) return made;
    throw error;
  }
}

/** The last commit of the branch; undefined if there is no such branch. */
async function headOf(session: PushSession): Promise<string | undefined> {
  const { hub, id, revision } = session;
  try {
    const ask = pushFetch(session, { what: 'its last commit' });
    const response = await ask(`${hub.address}/api/models/${id}/revision/${encodeURIComponent(revision)}`);
    const { sha } = (await response.json()) as { sha?: unknown };
    if (typeof sha === 'string' && isCommit(sha)) return sha;
    throw new TypeError('no commit');
  } catch (error) {
    if (error instanceof HubRefusal && error.code === 'RevisionNotFound') return undefined;
    throw foreign(session, error);
  }
}

/** Makes the branch, of what 'main' has. Returns its last commit. */
async function makeBranch(session: PushSession): Promise<string> {
  const fetch = pushFetch(session, { what: 'its branch', accepted: [409] });
  try {
    await createBranch({ ...packageOptions(session), fetch });
  } catch (error) {
    if (!(error instanceof HubApiError && error.statusCode === 409)) throw foreign(session, error);
  }
  const head = await headOf(session);
  if (head) return head;
  throw new HubError(`${session.id}: there is no branch '${session.revision}', and it cannot be made; take 'main'`);
}

/** The commit, if it has all files as they are here. */
async function there(session: PushSession, head: string, files: PushedFile[]): Promise<MadeCommit | undefined> {
  const fetch = pushFetch(session, { what: 'its files' });
  const paths = files.map(({ path }) => path);
  const found = await pathsInfo({ ...packageOptions(session), revision: head, paths, fetch }).catch((error) => {
    throw foreign(session, error);
  });
  const entries = new Map(found.map((entry) => [entry.path, entry]));
  const isSameSize = ({ path, size }: PushedFile) => entries.get(path)?.size === size;
  if (!files.every(isSameSize)) return undefined;
  for (const { path, location } of files) if (!(await isSame(location, entries.get(path)!))) return undefined;
  return { oid: head, url: `${pageOf(session.hub, partOf(session, ''))}/commit/${head}` };
}

async function isSame(location: string, { oid, lfs }: PathInfo): Promise<boolean> {
  const etag = lfs?.oid ?? oid ?? '';
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag) && (await difference(location, etag)) === undefined;
}

/** Uploads what the Hub has not got, and makes the commit. */
async function commitOnce(
  session: PushSession,
  head: string,
  files: PushedFile[],
  { title, description }: CommitWords,
): Promise<MadeCommit> {
  const stop = new AbortController();
  let failed: (error: unknown) => void;
  // The package's iterator may lose an error while it reports progress, and wait for ever.
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  failure.catch(() => {});
  const options = packageOptions(session);
  const commit = commitIter({
    ...options,
    ...{ title, description, parentCommit: head, useXet: false, abortSignal: stop.signal },
    operations: files.map(({ path, location }) => ({
      operation: 'addOrUpdate',
      path,
      content: pathToFileURL(location),
    })),
    fetch: pushFetch(session, { what: 'its large files', failed: (error) => failed(error) }),
  });
  const bar = uploadBar(session.id, files);
  try {
    for (;;) {
      const { done, value } = await Promise.race([commit.next(), failure]);
      if (!done) bar.hear(value);
      else if (value && isCommit(value.commit.oid)) return value.commit;
      else throw new UncertainPushError(`${session.id}: the commit was answered with no commit. Push again later`);
    }
  } catch (error) {
    stop.abort();
    throw foreign(session, error);
  } finally {
    bar.end();
  }
}

/** One bar for the bytes of all large files. */
function uploadBar(id: string, files: PushedFile[]): { hear(event: CommitProgressEvent): void; end(): void } {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const sent = new Map<string, number>();
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
  let bar: Progress | undefined;
  return {
    hear(event) {
      if (event.event !== 'fileProgress' || isTrue(process.env.HF_HUB_DISABLE_PROGRESS_BARS)) return;
      const { path, state } = event;
      if (state === 'hashing') sent.set(path, 0);
      if (state !== 'uploading' || !sent.has(path)) return;
      const total = sum([...sent.keys()].map((large) => sizes.get(large)!));
      bar ??= progress({ title: `Upload to ${id}`, total, unit: 'bytes' });
      sent.set(path, event.progress * sizes.get(path)!);
      bar.update(sum(sent.values()));
    },
    end: () => bar?.end(),
  };
}

function packageOptions({ hub, id, revision }: PushSession): {
  repo: { type: 'model'; name: string };
  hubUrl: string;
  branch: string;
} {
  return { repo: { type: 'model', name: id }, hubUrl: hub.address, branch: revision };
}

/** The package's own errors are about answers that no Hub gives. */
function foreign({ hub, id, signal }: PushSession, error: unknown): unknown {
  if (error instanceof OnpaError || signal.aborted || (error as NodeJS.ErrnoException).syscall) return error;
  const message = withoutToken(hub, (error as Error).message);
  return new HubError(
    `${id}: ${new URL(hub.address).host} does not answer as a Hub does: ${message}. Check HF_ENDPOINT or hubUrl, and whether the network asks you to log in`,
  );
}
