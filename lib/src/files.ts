import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Writes a file, whole or piece by piece, beside its place and renames it, so that nobody ever sees half of it. Makes the
 * folder if asked, and the file with the permissions `mode`.
 */
export async function writeWhole(
  path: string,
  bytes: Uint8Array | Iterable<Uint8Array>,
  options: { makeFolder?: boolean; mode?: number } = {},
): Promise<void> {
  if (options.makeFolder) await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(partial, bytes, { mode: options.mode });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
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

/** Whether there is such a file; a link to one counts. */
export async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
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
