import { rename, rm } from 'node:fs/promises';
import { DatasetError } from '../errors.js';
import { isFolder, isSystemError, makeFolders } from '../files.js';
import { abandonedPartials, partialPath } from '../partial-path.js';

/**
 * Makes a folder unless it is there. It is filled beside its place and renamed, so that nobody ever sees half of it; what
 * a process left behind that was killed meanwhile is removed.
 *
 * @throws DatasetError if it cannot be written
 */
export async function unpackOnce(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (await isFolder(folder)) return;
  const partial = partialPath(folder, '.part');
  try {
    await makeFolders(partial);
    for (const { path } of await abandonedPartials(folder, '.part')) await rm(path, { recursive: true, force: true });
    await fill(partial);
    await rename(partial, folder).catch(async (error) => {
      // Another process was faster.
      if (!(await isFolder(folder))) throw error;
    });
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const reason = (cause as Error).message;
    throw new DatasetError(`${folder} cannot be written: ${reason}. Set ONPA_CACHE to a folder of yours`, { cause });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
