import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatasetError } from '../errors.js';
import { cacheFolder, isFolder } from '../files.js';
import { HOST, isAtWork } from '../hub/download/partial-file.js';

/** Where data sets of the Hub are unpacked. */
export const datasetsFolder = (...parts: string[]): string => cacheFolder('datasets', ...parts);

/**
 * Makes a folder unless it is there. It is filled beside its place and renamed, so that nobody ever sees half of it; what
 * a process left behind that was killed meanwhile is removed.
 *
 * @throws DatasetError if it cannot be written
 */
export async function unpackOnce(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (await isFolder(folder)) return;
  const partial = `${folder}.${HOST}-${process.pid}-${randomUUID()}.part`;
  try {
    await mkdir(partial, { recursive: true });
    await removeAbandoned(folder);
    await fill(partial);
    await rename(partial, folder).catch(async (error) => {
      // Another process was faster.
      if (!(await isFolder(folder))) throw error;
    });
  } catch (cause) {
    if (cause instanceof DatasetError || !(cause as NodeJS.ErrnoException).syscall) throw cause;
    const reason = (cause as Error).message;
    throw new DatasetError(`${folder} cannot be written: ${reason}. Set ONPA_CACHE to a folder of yours`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  const beginning = `${basename(folder)}.${HOST}-`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(beginning) || !name.endsWith('.part')) continue;
    const path = join(dirname(folder), name);
    const found = await stat(path).catch(() => undefined);
    const process = Number.parseInt(name.slice(beginning.length), 10);
    if (found && !isAtWork(process, found.mtimeMs)) await rm(path, { recursive: true, force: true });
  }
}
