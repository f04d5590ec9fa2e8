import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { downloadProblem } from './network.mjs';
import { place } from './place.mjs';
import { findProgram, run, SetupError } from './run.mjs';
import { canWrite } from './scratch.mjs';

/** npm as the command to spawn and its first arguments. */
function npm() {
  const running = process.env.npm_execpath;
  if (running && basename(running) === 'npm-cli.js' && existsSync(running)) return [process.execPath, [running]];
  const program = findProgram(['npm']);
  if (!program) throw new SetupError('npm is not on the PATH: install Node 20.19 or later with its npm.');
  return [program, []];
}

/** The first npm that understands what `overrides` of package.json ask for; Debian has an older one beside its Node 20. */
const OLDEST = 10;

/** That this npm is too old for the course's packages, or undefined. */
export function npmProblem() {
  const [command, first] = npm();
  let version;
  try {
    version = execFileSync(command, [...first, '--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // What is wrong with it, it says itself where it is used.
    return undefined;
  }
  if (!(Number.parseInt(version, 10) < OLDEST)) return undefined;
  return `npm ${version.trim()} is too old: sudo npm install --global npm@${OLDEST}, and open a new terminal`;
}

/** npm's settings, with a cache beside what is set up where the usual one cannot be written. */
export function npmEnvironment(env = process.env) {
  const cache = env.npm_config_cache ?? join(homedir(), '.npm');
  if (canWrite(join(cache, '_cacache'))) return env;
  return { ...env, npm_config_cache: join(place.work, 'npm-cache') };
}

export async function runNpm(args, cwd, reason) {
  const [command, first] = npm();
  await run(command, [...first, ...args], { cwd, env: npmEnvironment(), reason });
}

/** Runs npm for packages that it downloads. Its cache may hold all of them; what it lacks is not waited for. */
export async function downloadWithNpm(args, cwd) {
  const offline = await registryProblem();
  await runNpm([...args, ...(offline ? ['--offline'] : [])], cwd, offline);
}

/** Why npm packages cannot be downloaded, or undefined. */
const registryProblem = () =>
  downloadProblem(process.env.npm_config_registry ?? 'https://registry.npmjs.org', 'npm packages');
