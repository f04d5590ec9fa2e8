import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { loadKoffi } from './koffi.js';

/** A file that this process alone has locked. */
export interface FileLock {
  /** Removes the file, so that others may lock it. */
  release(): Promise<void>;
}

type Flock = (fd: number, operation: number) => number;

// Of <sys/file.h>, the same on Linux and macOS.
const [LOCK_EX, LOCK_NB] = [2, 4];
let flock: Flock | undefined;

/**
 * Locks a file, which is made for that and says `holder`. The operating system gives the lock back when the process ends,
 * however it ends; in another container of the machine too.
 *
 * @returns what the holder said, where another has it locked; undefined where the file system knows no locks
 */
export async function lockFile(path: string, holder: string): Promise<FileLock | { heldBy: string } | undefined> {
  for (;;) {
    const file = await open(path, 'a+');
    try {
      const refusal = lock(file);
      if (refusal !== undefined) {
        const heldBy = refusal === constants.errno.EWOULDBLOCK ? await file.readFile('utf8') : undefined;
        await file.close();
        return heldBy === undefined ? undefined : { heldBy };
      }
      // The holder before may have removed the file after it was opened here.
      if ((await stat(path).catch(() => undefined))?.ino === (await file.stat()).ino) {
        await file.truncate();
        await file.write(holder);
        return {
          async release() {
            await rm(path, { force: true });
            await file.close();
          },
        };
      }
      await file.close();
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

/** @returns undefined, or the number of the error */
function lock({ fd }: FileHandle): number | undefined {
  const { load, errno } = loadKoffi();
  flock ??= load(null).func('int flock(int fd, int operation)') as Flock;
  return flock(fd, LOCK_EX | LOCK_NB) === 0 ? undefined : errno();
}
