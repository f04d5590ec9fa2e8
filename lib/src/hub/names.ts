import { ParameterError } from '../errors.js';

/** A file of a repository of the Hub. */
export interface HubFile {
  repoType: 'model' | 'dataset';
  /** `owner/name`, or `name` alone. */
  id: string;
  /** A branch, a tag or a commit. */
  revision: string;
  /** Within the repository, with `/` between folders. */
  file: string;
}

/** Whether the Hub could have a repository of this name: its own rules, which Python's huggingface_hub checks as well. */
export function isRepositoryId(text: string): boolean {
  return /^(\b[\w.-]{1,96}\b\/)?\b[\w.-]{1,96}\b$/.test(text) && !/--|\.\.|\.git$/.test(text);
}

/** A full commit hash names the same files for ever. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Throws a {@link ParameterError} where a name would lead out of the repository's folder, on Windows either. */
export function requireFileName(file: string): void {
  if (!isInside(file, 255)) {
    throw new ParameterError(
      `file is '${shortened(file)}'; give a path within the repository, such as 'config.json' or 'data/a.wav', of names of at most 255 bytes`,
    );
  }
}

/** Throws a {@link ParameterError} where a revision cannot be the name of a file of the cache. */
export function requireRevision(revision: string): void {
  // The cache adds something to it while it writes.
  if (!isInside(revision, 200)) {
    throw new ParameterError(
      `revision is '${shortened(revision)}'; give the name of a branch or a tag, or a commit hash`,
    );
  }
}

/** A name for messages; lists of servers have had some of thousands of characters. */
export function shortened(name: string): string {
  const line = name.replace(/\p{Cc}/gu, '\ufffd');
  return line.length > 100 ? `${line.slice(0, 60)}… (${name.length} characters)` : line;
}

/** @param longest - that a name between two slashes may be, in bytes */
function isInside(path: string, longest: number): boolean {
  const isName = (part: string) => !['', '.', '..'].includes(part) && Buffer.byteLength(part) <= longest;
  return !/[\\\p{Cc}]|^[a-z]:/iu.test(path) && path.split('/').every(isName);
}
