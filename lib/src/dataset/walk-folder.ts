import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DatasetError } from '../errors.js';
import type { LeftOut } from './left-out.js';

/** What lies below a folder, to any depth. */
export interface FolderTree {
  /** Paths relative to the folder, in parts, in order. */
  files: string[][];
  leftOut: LeftOut[];
}

/**
 * The files of a folder and of those in it. Hidden ones are left out, as in Python's `datasets`: names that begin with a
 * dot, and folders such as `__MACOSX`. Links are followed, but no folder is read twice.
 *
 * @throws DatasetError if one of the folders cannot be read
 */
export async function walkFolder(root: string): Promise<FolderTree> {
  const tree: FolderTree = { files: [], leftOut: [] };
  const links: string[][] = [];
  const seen = new Set<string>();
  const start = await realpath(root);

  async function walk(parts: string[]): Promise<void> {
    const folder = join(root, ...parts);
    const place = await realpath(folder);
    if (seen.has(place)) {
      tree.leftOut.push({ path: `${parts.join('/')}/`, reason: 'link' });
      return;
    }
    seen.add(place);
    const entries = await entriesOf(folder);
    if (entries.length === 0 && parts.length > 0) tree.leftOut.push({ path: `${parts.join('/')}/`, reason: 'empty' });
    for (const entry of entries) {
      const at = [...parts, entry.name];
      const leave = (reason: LeftOut['reason'], isFolder = false) =>
        void tree.leftOut.push({ path: at.join('/') + (isFolder ? '/' : ''), reason });
      if (entry.name.startsWith('.')) leave('hidden', entry.isDirectory());
      else if (entry.isSymbolicLink()) links.push(at);
      else if (entry.isFile()) tree.files.push(at);
      else if (!entry.isDirectory()) leave('special');
      else if (entry.name.startsWith('__')) leave('hidden', true);
      else await walk(at);
    }
  }

  async function follow(at: string[]): Promise<void> {
    const path = join(root, ...at);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) {
      tree.files.push(at);
      return;
    }
    if (found?.isDirectory()) {
      const reason = at[at.length - 1].startsWith('__') ? 'hidden' : 'link';
      // A folder that holds the data set would lead to all that lies beside it, too.
      if (reason === 'link' && !isWithin(start, await realpath(path))) await walk(at);
      else tree.leftOut.push({ path: `${at.join('/')}/`, reason });
      return;
    }
    tree.leftOut.push({ path: at.join('/'), reason: found ? 'special' : 'link' });
  }

  await walk([]);
  // Last, so that a folder is found in its own place rather than through a link.
  for (let link = links.shift(); link; link = links.shift()) await follow(link);
  tree.files.sort((a, b) => compare(a.join('/'), b.join('/')));
  return tree;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => compare(a.name, b.name));
  } catch (cause) {
    throw new DatasetError(`${folder} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Whether `inner` lies in `outer`, or is the same. */
function isWithin(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

/** By code units, as `sort` without a function does. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
