import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { type FileHandle, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { courseData, isCourseData } from './course-data.js';
import { ParameterError, WriteError } from './errors.js';

/**
 * Writes a file, whole or piece by piece, beside its place and renames it, so that nobody ever sees half of it. Makes the
 * folder if asked, and the file with the permissions `mode`. What is no file, such as a pipe, is written to as it is.
 *
 * @throws WriteError if the operating system refuses; a file of that name is as it was then
 */
export async function writeWhole(
  path: string,
  bytes: Uint8Array | Iterable<Uint8Array>,
  options: { makeFolder?: boolean; mode?: number } = {},
): Promise<void> {
  // A name that is as long as it may be has no room for an ending.
  const partial = join(dirname(path), `${basename(path).slice(0, 50)}.${randomUUID()}.part`);
  try {
    if (options.makeFolder) await makeFolders(dirname(path));
    const found = await stat(path).catch(() => undefined);
    if (found && !found.isFile() && !found.isDirectory()) {
      await writeFile(path, bytes);
      return;
    }
    await writeFile(partial, bytes, { mode: options.mode });
    await rename(partial, path);
  } catch (cause) {
    throw isSystemError(cause) ? new WriteError(path, cause as NodeJS.ErrnoException) : cause;
  } finally {
    await rm(partial, { force: true }).catch(() => {});
  }
}

/**
 * Fills `bytes` from a position of a file on.
 *
 * @returns whether the file has as many
 */
export async function readFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<boolean> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, Math.min(bytes.length - done, 2 ** 30), position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

/**
 * Writes all of `bytes` to a position of a file. Where a disk is full, a write may take a part of them, and only the next
 * one fail.
 */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * Makes a folder and those above it that are missing.
 *
 * @returns the topmost that was made; undefined where all were there
 * @throws the system's own error: Node's `mkdir` says that a folder is missing (ENOENT) where a disk can only be read (EROFS)
 */
export async function makeFolders(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    let first = resolve(folder);
    while (!(await exists(dirname(first)))) {
      // Of a drive that is not there even the root is missing.
      if (dirname(first) === first) throw error;
      first = dirname(first);
    }
    await mkdir(first);
    await mkdir(folder, { recursive: true });
    return first;
  }
}

/** Whether the operating system refused: a file that may not be read, a disk without room. */
export const isSystemError = (error: unknown): boolean => (error as NodeJS.ErrnoException).syscall !== undefined;

/**
 * The path of a file or folder, given as one, as a `file:` URL, or as what comes with the course: 'onpa:mini-genres'.
 *
 * @throws ParameterError for a URL that names none
 */
export function pathOf(idOrFolder: string): string {
  if (isCourseData(idOrFolder)) return courseData(idOrFolder);
  if (!/^file:/i.test(idOrFolder)) return idOrFolder;
  try {
    return fileURLToPath(idOrFolder);
  } catch (cause) {
    throw new ParameterError(`'${idOrFolder}' is no URL of a folder: ${(cause as Error).message}`, { cause });
  }
}

/** A place in the folder for what was downloaded or unpacked: `ONPA_CACHE`, else `~/.cache/onpa`. */
export function cacheFolder(...parts: string[]): string {
  return join(process.env.ONPA_CACHE || join(homedir(), '.cache', 'onpa'), ...parts);
}

/** Whether there is a file or a folder of that name. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Whether there is such a file, of so many bytes where that is given; a link to one counts. */
export async function isFile(path: string, size?: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return (found?.isFile() ?? false) && (size ?? found?.size) === found?.size;
}

/** Whether there is such a folder; a link to one counts. */
export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** The same as {@link isFolder}, at once. */
export function isFolderSync(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
