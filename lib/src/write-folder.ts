import { link, mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { WriteError } from './errors.js';
import { isSystemError, makeFolders } from './files.js';

/**
 * Writes several files into a folder: all of them, or none. They lie in a folder of their own first and are then moved to
 * their places, the configuration last, so that whatever happens nobody finds a configuration without its weights. What else
 * is in the folder stays.
 *
 * @param folder - is made if need be
 * @param write - fills the empty folder that it is given
 * @throws WriteError if the operating system refuses; files of the same names are as they were then
 */
export async function writeFolder(folder: string, write: (beside: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  let beside: string | undefined;
  try {
    await withFolderBeside(target, '.write-', async (empty) => {
      beside = empty;
      await write(empty);
      await moveFiles(empty, target);
    });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const cause = (error instanceof WriteError ? error.cause : error) as NodeJS.ErrnoException;
    const place = error instanceof WriteError ? error.path : folder;
    const isBeside = beside !== undefined && place.startsWith(beside);
    throw new WriteError(isBeside ? join(folder, relative(beside!, place)) : place, cause);
  }
}

/**
 * Does the work with an empty folder within `target`, which is gone afterwards. `target` is made if need be, and where the
 * work fails it is as before.
 */
export async function withFolderBeside<T>(
  target: string,
  prefix: string,
  work: (empty: string) => Promise<T>,
): Promise<T> {
  let made: string | undefined;
  let empty: string | undefined;
  try {
    made = await makeFolders(target);
    empty = await mkdtemp(join(target, prefix));
    const result = await work(empty);
    await rm(empty, { recursive: true, force: true });
    return result;
  } catch (error) {
    if (empty) await rm(empty, { recursive: true, force: true }).catch(() => {});
    if (made) await removeEmpty(target, made);
    throw error;
  }
}

/** Moves the files of one folder and those below it into another; where one cannot be moved, all are taken back. */
async function moveFiles(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true, recursive: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((file) => relative(from, join(file.parentPath, file.name)));
  const isLast = (name: string): number => Number(/^config\.(json|yaml)$/.test(name));
  const kept = join(from, '.kept');
  await mkdir(kept);
  const moved: { place: string; before: string | undefined }[] = [];
  const made: [folder: string, first: string][] = [];
  for (const [i, name] of names.sort((a, b) => isLast(a) - isLast(b)).entries()) {
    const [place, second] = [join(to, name), join(kept, String(i))];
    try {
      const first = await mkdir(dirname(place), { recursive: true });
      if (first) made.push([dirname(place), first]);
      // A second name for what stood there, where the disk can have one.
      const before = await link(place, second).then(
        () => second,
        () => undefined,
      );
      await rename(join(from, name), place);
      moved.push({ place, before });
    } catch (cause) {
      for (const { place, before } of moved) await (before ? rename(before, place) : rm(place, { force: true }));
      for (const [folder, first] of made.reverse()) await removeEmpty(folder, first);
      throw new WriteError(place, cause as NodeJS.ErrnoException);
    }
  }
}

/** Removes folders from `target` up to `first`, as far as nobody has put something in. */
async function removeEmpty(target: string, first: string): Promise<void> {
  for (let folder = target; ; folder = dirname(folder)) {
    const removed = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!removed || folder === resolve(first)) return;
  }
}
