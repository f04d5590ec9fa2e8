import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { downloadProblem } from './network.mjs';
import { findProgram, readIfThere, root, run, SetupError, step } from './run.mjs';
import { canWrite } from './scratch.mjs';

/** npm as the command to spawn and its first arguments. */
function npm() {
  const running = process.env.npm_execpath;
  if (running && basename(running) === 'npm-cli.js' && existsSync(running)) return [process.execPath, [running]];
  const program = findProgram(['npm']);
  if (!program) throw new SetupError('npm is not on the PATH: install Node 20.19 or later with its npm.');
  return [program, []];
}

/** npm's settings, with a cache of this checkout's where the usual one cannot be written. */
export function npmEnvironment(env = process.env) {
  const cache = env.npm_config_cache ?? join(homedir(), '.npm');
  if (canWrite(join(cache, '_cacache'))) return env;
  return { ...env, npm_config_cache: join(root, 'build', 'npm-cache') };
}

export async function runNpm(args, reason) {
  const [command, first] = npm();
  await run(command, [...first, ...args], { env: npmEnvironment(), reason });
}

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
  await step('Installing npm packages', async () => {
    // Gone first, so that an interrupted `npm ci` never looks complete.
    rmSync(join(root, 'node_modules', '.package-lock.json'), { force: true });
    const registry = process.env.npm_config_registry ?? 'https://registry.npmjs.org';
    const offline = await downloadProblem(registry, 'npm packages');
    // npm's cache may hold all of them; what it lacks is not waited for.
    const patience = offline ? ['--offline'] : [];
    await runNpm(['ci', '--ignore-scripts', ...patience], offline);
    // tslab brings an older tsc, which takes the name in node_modules/.bin: `npx tsc` is to be the library's.
    await runNpm(['rebuild', 'typescript', '--ignore-scripts']);
  });
}
