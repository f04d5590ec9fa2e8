import { HubError } from '../../errors.js';
import { addressOf, ask, type Hub, nameOf } from '../connection.js';
import type { HubFile } from '../names.js';
import { refusal } from '../refusal.js';
import { patience } from '../retry.js';
import { bytes } from './content-part.js';

/** What the Hub says of a file before it is downloaded. */
export interface FileMetadata {
  /** What the revision means now. */
  commit: string;
  /** SHA-256 of a large file, git's SHA-1 of a small one; undefined if the commit has no such file. */
  etag?: string;
  /** In bytes, where the server says it. */
  size?: number;
}

/** The Hub knows the repository, and no such revision of it: what the cache has under this name is out of date. */
export class NoRevisionError extends HubError {
  override name = 'HubError';
}

/**
 * Asks the Hub for a file's commit and content, as Python's huggingface_hub does, in one request.
 *
 * fileDownloadInfo of the npm package does not tell the commit, and loses the checksum where the Hub redirects.
 *
 * @returns undefined if there is no such file, and the Hub does not say in which commit
 * @throws HubError
 */
export async function fileMetadata(hub: Hub, of: HubFile): Promise<FileMetadata | undefined> {
  const url = addressOf(hub, of);
  const signal = AbortSignal.timeout(patience.silence);
  const response = await ask(hub, of, { method: 'HEAD', url, signal }, isComplete(url));
  const { headers, status } = response;
  const commit = headers.get('X-Repo-Commit');
  const code = headers.get('X-Error-Code');
  if (status === 404 && code === 'EntryNotFound') return commit && isName(commit) ? { commit } : undefined;
  if (code === 'RevisionNotFound') throw new NoRevisionError(refusal(hub, of, response).message);
  if (status >= 400) throw refusal(hub, of, response);
  const etag = (headers.get('X-Linked-Etag') ?? headers.get('ETag'))?.replace(/^W\//, '').replaceAll('"', '');
  if (!commit || !etag || !isName(commit) || !isName(etag)) {
    throw new HubError(
      `${nameOf(of)}: ${url.host} answers ${status} without ${etag ? 'X-Repo-Commit' : 'ETag'}, as no Hub does. ` +
        'Check HF_ENDPOINT or hubUrl, and whether the network asks you to log in',
    );
  }
  const length = status < 300 && !headers.has('Content-Encoding') ? headers.get('Content-Length') : null;
  return { commit, etag, size: bytes(headers.get('X-Linked-Size') ?? length ?? '') };
}

/** A redirect to the server that has the content tells all that there is to know; within the Hub, the last answer does. */
function isComplete(url: URL): (response: Response, target: URL) => boolean {
  return ({ headers }, target) =>
    target.origin !== url.origin &&
    headers.has('X-Repo-Commit') &&
    (headers.has('X-Linked-Etag') || headers.has('ETag'));
}

/** Both become names of files, with something added to them. */
function isName(text: string): boolean {
  return /^\w[\w.+=-]{0,127}$/.test(text);
}
