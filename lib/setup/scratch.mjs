import { accessSync, constants, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { place } from './place.mjs';

/** Whether files can be written in this folder or, where it is not there, it can be made. */
export function canWrite(folder) {
  if (!existsSync(folder)) return folder !== dirname(folder) && canWrite(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

const candidates = () => [...new Set([tmpdir(), '/tmp', '/var/tmp'])];

/** The first folder for files of a short life that can be written and, for make, has no space in its path. */
export function temporaryFolder(folders = candidates()) {
  return folders.find((path) => !path.includes(' ') && existsSync(path) && canWrite(path));
}

/** What is wrong with the folders for temporary files, or undefined. */
export function temporaryProblem(folders = candidates()) {
  if (temporaryFolder(folders)) return undefined;
  const way = `name a folder without a space in its path: TMPDIR=/some/folder ${place.command}`;
  return `No temporary file can be written (${folders.join(', ')}): ${way}`;
}

const scratchFolders = new Set();

/** An empty folder, gone when this process ends. */
export function makeScratch() {
  const folder = mkdtempSync(join(temporaryFolder(), 'onpa-'));
  scratchFolders.add(folder);
  return folder;
}

export function removeScratch() {
  for (const folder of scratchFolders) rmSync(folder, { recursive: true, force: true });
  scratchFolders.clear();
}
