import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package onpa: where it is installed, or lib/ in a checkout of the course. */
export const library = dirname(dirname(fileURLToPath(import.meta.url)));
/** What is linked, by the paths at which the library looks for it. */
export const deps = join(library, 'deps');

const checkout = dirname(library);
const inCourse = basename(library) === 'lib' && existsSync(join(checkout, 'scripts', 'setup.mjs'));

/**
 * command: what the user calls;
 * work: the folder of the log and of what is needed only on the way;
 * environment: the Python environment that is made where none is active.
 */
export const place = inCourse
  ? { command: 'npm run setup', work: join(checkout, 'build'), environment: join(checkout, '.venv') }
  : { command: 'npx onpa setup', work: join(deps, 'build'), environment: join(deps, 'python') };

/** A path as it is shown: from the working directory, where it is in that. */
export function shown(path) {
  const inside = relative(process.cwd(), path);
  return inside.startsWith('..') ? path : inside;
}
