import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

// What a process is making lies beside its place, as `<name>.<host>-<process>-<number><ending>`: the process that is
// named there writes it, and nobody else. What is left of one that has ended is anybody's.

/** A folder may be shared by several machines, and a process is known on its own alone. */
const HOST = hostname().replace(/\W/g, '_');

/** In place of a process's number: no process owns it, and whoever comes next goes on with it. */
export const NOBODY = 0;

/** Where a process makes the file or folder `path`. */
export function partialPath(path: string, ending: string, pid: number = process.pid): string {
  return `${path}.${HOST}-${pid}-${randomBytes(4).toString('hex')}${ending}`;
}

/** What processes that have ended have left beside the file or folder `path`. */
export async function abandonedPartials(path: string, ending: string): Promise<{ path: string; size: number }[]> {
  const found: { path: string; size: number }[] = [];
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith(ending)) continue;
    const place = join(dirname(path), name);
    const entry = await stat(place).catch(() => undefined);
    if (!entry) continue;
    const [, host, pid] = /^\.(\w+)-(\d+)-[\w-]+$/.exec(name.slice(basename(path).length, -ending.length)) ?? [];
    if (host === HOST && !isAtWork(Number(pid), entry.mtimeMs)) found.push({ path: place, size: entry.size });
  }
  return found;
}

/** Whether a process is still there that could have written a file at a time. */
function isAtWork(pid: number, time: number): boolean {
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
