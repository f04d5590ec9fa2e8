import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ParameterError } from '../../errors.js';
import { isFolder, isSystemError } from '../../files.js';
import { withFolderBeside } from '../../write-folder.js';
import { requireFileName } from '../names.js';

/** A file to be pushed. */
export interface PushedFile {
  /** Within the repository, with `/` between folders. */
  path: string;
  /** On this machine. */
  location: string;
  /** In bytes. */
  size: number;
}

/**
 * Writes files into a folder as a commit would: all of them, or none. They lie in a folder of their own first, and are
 * then moved to their places; what else is in the folder stays.
 *
 * @param folder - is made if need be
 * @param checked - is called when all files are written, before the first is moved
 * @returns the paths within the folder, sorted
 * @throws ParameterError if the folder cannot be written to
 */
export async function pushToFolder(
  folder: string,
  write: (folder: string) => Promise<void>,
  checked: () => Promise<void>,
): Promise<string[]> {
  const target = resolve(folder);
  try {
    return await withFolderBeside(target, '.push-', async (beside) => {
      await write(beside);
      const files = await filesIn(beside);
      await checked();
      await move(files, target, folder);
      return files.map(({ path }) => path);
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = (error as Error).message;
    throw new ParameterError(
      `folder is '${folder}', which cannot be written to: ${reason}; give a folder of yours, with room, such as outputPath('hub', 'name')`,
      { cause: error },
    );
  }
}

/** All files of a folder, sorted by their paths. */
export async function filesIn(folder: string): Promise<PushedFile[]> {
  const files: PushedFile[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const location = join(folder, name);
    const entry = await stat(location);
    if (entry.isDirectory()) continue;
    const path = relative(folder, location).split(sep).join('/');
    requireFileName(path);
    if (!entry.isFile() || path.split('/').includes('.git')) {
      throw new ParameterError(`'${path}' cannot be part of a commit; leave it out`);
    }
    files.push({ path, location, size: entry.size });
  }
  if (files.length === 0) throw new ParameterError('there are no files to push');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Moves files to their places, once it is clear that there is a place for each. */
async function move(files: PushedFile[], target: string, folder: string): Promise<void> {
  for (const { path } of files) {
    const place = join(target, path);
    try {
      await mkdir(dirname(place), { recursive: true });
    } catch (cause) {
      throw new ParameterError(
        `folder is '${folder}', where there is no place for ${path}: ${(cause as Error).message}`,
        { cause },
      );
    }
    if (await isFolder(place)) {
      throw new ParameterError(`folder is '${folder}', where ${path} is a folder; move it away`);
    }
  }
  for (const { path, location } of files) await rename(location, join(target, path));
}
