import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Copies notebooks, with their folders, to where they are not yet: what somebody has changed there stays. */
export function copyLessons(from, to) {
  for (const name of readdirSync(from, { recursive: true })) {
    const copy = join(to, name);
    if (!name.endsWith('.ipynb') || name.includes('.ipynb_checkpoints') || existsSync(copy)) continue;
    mkdirSync(dirname(copy), { recursive: true });
    // Not as a copy of the file, which would be as read-only as that may be.
    writeFileSync(`${copy}.new`, readFileSync(join(from, name)));
    renameSync(`${copy}.new`, copy);
  }
}
