import { createRequire } from 'node:module';
import { join } from 'node:path';
import { canWrite } from '../lib/setup/scratch.mjs';
import { root } from './setup/root.mjs';

/**
 * The folder of results, which the lessons then have from ONPA_OUTPUT, whichever folder each is in. Ends with a line that says
 * what to do where nothing can be written there.
 */
export function resultsFolder() {
  const { outputPath } = createRequire(import.meta.url)('../lib/dist/output-path.js');
  const folder = outputPath();
  if (!canWrite(folder)) {
    console.error(`Nothing can be written in the folder of results, ${folder}: name a folder of yours in ONPA_OUTPUT`);
    process.exit(1);
  }
  process.env.ONPA_OUTPUT = folder;
  return folder;
}

/** A place for what a script makes: in the checkout's `build`, or among the results of who can only read the checkout. */
export function placeFor(name) {
  const build = join(root, 'build');
  return canWrite(build) ? join(build, name) : join(resultsFolder(), name);
}
