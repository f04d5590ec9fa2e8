import { randomUUID } from 'node:crypto';
import { copyFile, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { getRepoFolderName } from '@huggingface/hub';
import { isFile, isFolder, makeFolders, writeWhole } from '../../files.js';
import { hubCache } from '../environment.js';
import { type HubFile, isCommit } from '../names.js';

// The layout is that of Python's huggingface_hub, so that both share one download:
//   models--owner--name/blobs/<etag>                 the content
//   models--owner--name/snapshots/<commit>/<file>    a link to it
//   models--owner--name/refs/<revision>              the commit that a branch or tag meant when it was last asked for
//   models--owner--name/.no_exist/<commit>/<file>    empty: the repository has no such file

/** The folder of a repository in the cache. */
export function repositoryFolder({ repoType, id }: HubFile): string {
  return join(hubCache(), getRepoFolderName({ type: repoType, name: id }));
}

export function snapshotPath(folder: string, commit: string, file: string): string {
  return join(folder, 'snapshots', commit, file);
}

/** What the cache knows of a file: its path, that the repository has no such file, or nothing. */
export async function lookUp(folder: string, { revision, file }: HubFile): Promise<string | 'missing' | undefined> {
  const commit = await commitOf(folder, revision);
  if (commit === undefined) return undefined;
  const path = snapshotPath(folder, commit, file);
  if (await isFile(path)) return path;
  return (await isFile(join(folder, '.no_exist', commit, file))) ? 'missing' : undefined;
}

/** Whether any file of a revision was ever downloaded. */
export async function hasRevision(folder: string, revision: string): Promise<boolean> {
  const commit = await commitOf(folder, revision);
  return commit !== undefined && (await isFolder(join(folder, 'snapshots', commit)));
}

/** The commit that a revision meant when it was last asked for. */
export async function commitOf(folder: string, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  try {
    return (await readFile(join(folder, 'refs', revision), 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/** Notes which commit a branch or tag means now. */
export async function keepRevision(folder: string, revision: string, commit: string): Promise<void> {
  if (revision === commit || (await commitOf(folder, revision)) === commit) return;
  await writeWhole(join(folder, 'refs', revision), Buffer.from(commit), { makeFolder: true });
}

/** Notes that a commit has no such file. */
export async function keepMissing(folder: string, commit: string, file: string): Promise<void> {
  await writeWhole(join(folder, '.no_exist', commit, file), new Uint8Array(), { makeFolder: true });
}

/** Makes the file of a snapshot: a link to the blob, relative so that the cache can be moved, or a copy where there are no links. */
export async function link(blob: string, path: string): Promise<void> {
  await makeFolders(dirname(path));
  // The name of the file may be as long as names can be.
  const beside = join(dirname(path), `.${randomUUID()}.part`);
  try {
    await symlink(relative(dirname(path), blob), beside).catch(() => copyFile(blob, beside));
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}
