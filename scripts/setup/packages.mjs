import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { downloadWithNpm, npmProblem, runNpm } from '../../lib/setup/npm.mjs';
import { readIfThere, SetupError, step } from '../../lib/setup/run.mjs';
import { root } from './root.mjs';

function isForThisMachine({ optional, os, cpu, libc }) {
  if (!optional) return true;
  // npm chooses between glibc and musl by itself; such packages are left to it.
  return !libc && (os?.includes(process.platform) ?? false) && (cpu?.includes(process.arch) ?? true);
}

/** Whether node_modules holds exactly what package-lock.json asks for; npm keeps its own record of what it installed. */
export function packagesMatchLock(folder = root) {
  const installed = readIfThere(join(folder, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  const has = JSON.parse(installed).packages;
  const wants = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const stale = Object.keys(has).some((path) => !wants[path]);
  if (stale) return false;
  return Object.entries(wants).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') || !(has[path] || isForThisMachine(wanted))) return true;
    const found = has[path];
    if (found?.version !== wanted.version || found.integrity !== wanted.integrity) return false;
    return existsSync(join(folder, path, 'package.json'));
  });
}

export async function installPackages() {
  if (packagesMatchLock()) return;
  const problem = npmProblem();
  if (problem) throw new SetupError(problem);
  await step('Installing npm packages', async () => {
    // Gone first, so that an interrupted `npm ci` never looks complete.
    rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true });
    await downloadWithNpm(['ci', '--ignore-scripts'], root);
    // tslab brings an older tsc, which takes the name in node_modules/.bin: `npx tsc` is to be the library's.
    await runNpm(['rebuild', 'typescript', '--ignore-scripts'], root);
  });
}
