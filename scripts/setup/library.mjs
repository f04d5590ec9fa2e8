import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from '../../lib/setup/npm.mjs';
import { library } from '../../lib/setup/place.mjs';
import { readIfThere, step } from '../../lib/setup/run.mjs';
import { root } from './root.mjs';

const stamp = join(library, 'dist', '.built-from');

function hashSources() {
  const hash = createHash('sha256');
  const files = ['package.json', 'tsconfig.json', 'bundle.mjs', '../tsconfig.base.json', '../package-lock.json'];
  for (const folder of ['src', 'kernels']) {
    for (const name of readdirSync(join(library, folder), { recursive: true })) files.push(join(folder, name));
  }
  for (const name of files.sort()) {
    if (/\.(ts|mjs|json)$/.test(name)) hash.update(`${name}\0`).update(readFileSync(join(library, name)));
  }
  return hash.digest('hex');
}

/** Compiles the library if its sources are not those that `dist` was built from. */
export async function buildLibrary() {
  const sources = hashSources();
  if (readIfThere(stamp) === sources && existsSync(join(library, 'dist', 'index.js'))) return;
  await step('Building the library', async () => {
    // All of it, and the tests': what was compiled from a file that is gone would still be found and run.
    for (const folder of [join(library, 'dist'), join(root, 'build', 'test')]) {
      rmSync(folder, { recursive: true, force: true });
    }
    await runNpm(['run', 'build', '-w', 'onpa'], root);
    writeFileSync(stamp, sources);
  });
}
