import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { abandonedPartials, NOBODY, partialPath } from '../../partial-path.js';

// A download in progress is beside the blobs. Recent versions of huggingface_hub write `<etag>.<number>.incomplete` in the
// same way, and never resume; one whose process has ended is taken over by renaming it, which only one can do.

const ENDING = '.incomplete';
/** Earlier versions of huggingface_hub resume `<etag>.incomplete`; after so many ms nobody is writing it any more. */
const IDLE = 600_000;

/** A file for a download: what an interrupted one has left, or an empty one. */
export async function claimPartial(blob: string): Promise<string> {
  const mine = partialPath(blob, ENDING);
  const found = await abandoned(blob);
  for (const { path } of found.sort((a, b) => b.size - a.size)) {
    const taken = await rename(path, mine).then(
      () => true,
      () => false,
    );
    if (taken) return mine;
  }
  await writeFile(mine, '');
  return mine;
}

/** Leaves a file for whoever comes next; an empty one is of no use. */
export async function leavePartial(blob: string, partial: string): Promise<void> {
  const left = await stat(partial).catch(() => undefined);
  if (left?.size) await rename(partial, partialPath(blob, ENDING, NOBODY));
  else await rm(partial, { force: true });
}

/** Removes what interrupted downloads have left of a file that is complete now. */
export async function removePartials(blob: string): Promise<void> {
  for (const { path } of await abandoned(blob)) await rm(path, { force: true });
}

async function abandoned(blob: string): Promise<{ path: string; size: number }[]> {
  const found = await abandonedPartials(blob, ENDING);
  const path = blob + ENDING;
  const old = await stat(path).catch(() => undefined);
  if (old && Date.now() - old.mtimeMs > IDLE) found.push({ path, size: old.size });
  return found;
}
