import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

// A download in progress is `<etag>.<host>-<process>-<number>.incomplete` beside the blobs: the process that is named
// there writes it, and nobody else. One whose process has ended is taken over by renaming it, which only one can do.
// Recent versions of huggingface_hub write `<etag>.<number>.incomplete` in the same way, and never resume.

/** In names of files; a cache may be shared by several machines, and a process is known on its own alone. */
export const HOST: string = hostname().replace(/\W/g, '_');
/** The process of a file that waits to be resumed. */
const NOBODY = 0;
/** Earlier versions of huggingface_hub resume `<etag>.incomplete`; after so many ms nobody is writing it any more. */
const IDLE = 600_000;

/** A file for a download: what an interrupted one has left, or an empty one. */
export async function claimPartial(blob: string): Promise<string> {
  const mine = partialName(blob, process.pid);
  const found = await abandoned(blob);
  for (const { path } of found.sort((a, b) => b.size - a.size)) {
    const taken = await rename(path, mine).then(
      () => true,
      () => false,
    );
    if (taken) return mine;
  }
  await (await open(mine, 'w')).close();
  return mine;
}

/** Leaves a file for whoever comes next; an empty one is of no use. */
export async function leavePartial(blob: string, partial: string): Promise<void> {
  const left = await stat(partial).catch(() => undefined);
  if (left?.size) await rename(partial, partialName(blob, NOBODY));
  else await rm(partial, { force: true });
}

/** Removes what interrupted downloads have left of a file that is complete now. */
export async function removePartials(blob: string): Promise<void> {
  for (const { path } of await abandoned(blob)) await rm(path, { force: true });
}

function partialName(blob: string, pid: number): string {
  return `${blob}.${HOST}-${pid}-${randomBytes(4).toString('hex')}.incomplete`;
}

async function abandoned(blob: string): Promise<{ path: string; size: number }[]> {
  const etag = basename(blob);
  const found: { path: string; size: number }[] = [];
  for (const name of await readdir(dirname(blob))) {
    if (!name.startsWith(`${etag}.`) || !name.endsWith('.incomplete')) continue;
    const path = join(dirname(blob), name);
    const file = await stat(path).catch(() => undefined);
    if (!file) continue;
    const [, host, pid] = /^(\w+)-(\d+)-\w+$/.exec(name.slice(etag.length + 1, -'.incomplete'.length)) ?? [];
    const free =
      name === `${etag}.incomplete`
        ? Date.now() - file.mtimeMs > IDLE
        : host === HOST && !isAtWork(Number(pid), file.mtimeMs);
    if (free) found.push({ path, size: file.size });
  }
  return found;
}

/** Whether a process is still there that could have written a file at a time. */
export function isAtWork(pid: number, time: number): boolean {
  if (pid === NOBODY) return false;
  // In containers processes often have the number of one before them.
  if (pid === process.pid) return time > Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
