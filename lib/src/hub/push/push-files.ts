import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HubError, ParameterError } from '../../errors.js';
import { isSystemError, pathOf } from '../../files.js';
import { type Interruption, listenForInterruption, Stopped } from '../../interruption.js';
import { type Hub, pageOf } from '../connection.js';
import type { FoundToken } from '../login/token.js';
import { commitFiles } from './push-commit.js';
import { makeRepository } from './push-repository.js';
import { type PushSession, partOf } from './push-session.js';
import { fullId, requireNames, type WritableHubOptions, writableHub } from './push-target.js';
import { filesIn, pushToFolder } from './push-to-folder.js';

/** Where to push, and with which words. */
export interface PushOptions extends WritableHubOptions {
  /** The first line of the commit. */
  commitMessage?: string;
  commitDescription?: string;
  /** A folder, as a path or `file:` URL, that gets the same files in place of the Hub: no token, no network. */
  folder?: string;
  /** Stops the push, as Ctrl+C and the notebook's stop button do. */
  signal?: AbortSignal;
}

/** What a push has made. */
export interface CommitInfo {
  /** The page of the repository, or the `file:` URL of the folder. */
  repoUrl: string;
  /** The page of the commit; not of a folder. */
  commitUrl?: string;
  /** The hash of the commit; not of a folder. */
  oid?: string;
  commitMessage: string;
  /** The paths of all files that were pushed, sorted. */
  files: string[];
}

/**
 * Commits files to a model's repository on the Hugging Face Hub, all or nothing: the repository is made if there is
 * none, large files are uploaded, and one commit makes everything visible at once. What may pass is tried again. Where
 * the branch has the files already, no commit is made.
 *
 * @param repoId - 'owner/name', or 'name' for one of the user's own
 * @param write - fills the empty folder that it is given; the folder is gone afterwards
 * @throws ParameterError for names that no repository, branch or file has, for no files, and for a `folder` that cannot
 * be written to; before any request
 * @throws HubError if there is no token, and if the Hub refuses or cannot be reached; nothing is visible then
 *
 * @example
 * await pushFiles('me/model', (folder) => writeFile(join(folder, 'notes.txt'), 'first run'), { folder: 'pushed' });
 */
export async function pushFiles(
  repoId: string,
  write: (folder: string) => Promise<void>,
  options: PushOptions = {},
): Promise<CommitInfo> {
  const { revision = 'main', commitMessage = 'Upload files', signal } = options;
  requireNames(repoId, revision);
  if (!commitMessage.trim()) throw new ParameterError('commitMessage is empty; say what is pushed');
  const interruption = listenForInterruption(signal);
  try {
    if (options.folder !== undefined) {
      const folder = pathOf(options.folder);
      const files = await pushToFolder(folder, write, () => interruption.pause());
      return { repoUrl: pathToFileURL(resolve(folder)).href, commitMessage, files };
    }
    const hub = await writableHub(options, "the option 'folder' writes the files into a folder instead");
    return await pushToHub(hub, repoId, write, { ...options, revision, commitMessage }, interruption);
  } catch (error) {
    throw error instanceof Stopped ? stopped(repoId, 'and nothing of it is visible. Push again', signal) : error;
  } finally {
    interruption.end();
  }
}

async function pushToHub(
  hub: Hub & FoundToken,
  repoId: string,
  write: (folder: string) => Promise<void>,
  options: PushOptions & Required<Pick<PushOptions, 'revision' | 'commitMessage'>>,
  interruption: Interruption,
): Promise<CommitInfo> {
  const { revision, commitMessage: title, commitDescription: description } = options;
  const stop = new AbortController();
  const session: PushSession = { hub, id: repoId, revision, signal: stop.signal, committing: false };
  const noRoom = (cause: unknown): never => {
    if (!isSystemError(cause)) throw cause;
    const reason = (cause as Error).message;
    throw new HubError(`${repoId}: no room for the files in ${tmpdir()}: ${reason}. Set TMPDIR to another folder`, {
      cause,
    });
  };
  const folder = await mkdtemp(join(tmpdir(), 'onpa-push-')).catch(noRoom);
  try {
    await write(folder).catch(noRoom);
    const files = await filesIn(folder);
    const push = async () => {
      session.id = await fullId(hub, repoId);
      await makeRepository(session, options.private);
      return commitFiles(session, files, { title, description });
    };
    await interruption.pause();
    const commit = await interruption.race(push());
    return {
      repoUrl: pageOf(hub, partOf(session, '')),
      commitUrl: commit.url,
      oid: commit.oid,
      commitMessage: title,
      files: files.map(({ path }) => path),
    };
  } catch (error) {
    if (!(error instanceof Stopped && session.committing)) throw error;
    const page = pageOf(hub, partOf(session, ''));
    throw stopped(repoId, `while the Hub made the commit: look at ${page}/commits/${revision}`, options.signal);
  } finally {
    stop.abort();
    await rm(folder, { recursive: true, force: true });
  }
}

function stopped(repoId: string, how: string, signal: AbortSignal | undefined): HubError {
  return new HubError(`${repoId}: the push was stopped, ${how}`, { cause: signal?.reason });
}
