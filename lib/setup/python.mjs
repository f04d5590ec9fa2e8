import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describePython, findInterpreter, range, versionFits } from './interpreter.mjs';
import { lockedArguments } from './lock.mjs';
import { downloadProblem } from './network.mjs';
import { place, shown } from './place.mjs';
import { readIfThere, run, SetupError, step } from './run.mjs';
import { canWrite } from './scratch.mjs';

/** The environment for Python programs: nothing from the user's own site-packages or kernels. */
export function pythonEnvironment(env = process.env) {
  return { ...env, PYTHONNOUSERSITE: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', JUPYTER_PREFER_ENV_PATH: '1' };
}

/** Where Python packages go: the active virtualenv or conda environment (not conda's `base`), else one of our own. */
export function environmentPrefix(env = process.env) {
  if (env.VIRTUAL_ENV) return env.VIRTUAL_ENV;
  if (env.CONDA_PREFIX && env.CONDA_DEFAULT_ENV !== 'base') return env.CONDA_PREFIX;
  return place.environment;
}

export function environmentPython(env = process.env) {
  return join(environmentPrefix(env), 'bin', 'python');
}

/** An environment of our own is complete once pip is: venv installs it last. */
export function venvIsComplete(prefix) {
  const description = describePython(join(prefix, 'bin', 'python'));
  return versionFits(description) && isInstalled(description.folders, 'pip') !== undefined;
}

/** What is wrong with the Python that would be used, or undefined. */
export function pythonProblem(env = process.env) {
  const prefix = environmentPrefix(env);
  if (prefix === place.environment) return venvIsComplete(prefix) ? undefined : findInterpreter(env).problem;
  const description = describePython(environmentPython(env));
  const mend = env.VIRTUAL_ENV ? 'deactivate' : 'conda install python=3.12 pip, or conda deactivate';
  if (!description) return `The active environment ${prefix} has no working Python: ${mend}`;
  if (!versionFits(description))
    return `The active environment has Python 3.${description.minor}, not ${range}: ${mend}`;
  if (!readDistributions(description.folders).some(({ name }) => name === 'pip')) {
    return `The active environment ${prefix} has no pip: "${environmentPython(env)}" -m ensurepip`;
  }
  return undefined;
}

function readDistributions(folders) {
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder).flatMap((entry) => {
      const match = /^(.+)-([^-]+)\.dist-info$/.exec(entry);
      // pip writes RECORD last: without it the package is a torso.
      if (!match || !existsSync(join(folder, entry, 'RECORD'))) return [];
      return [{ name: match[1].toLowerCase().replace(/[-_.]+/g, '-'), version: match[2], folder, entry }];
    }),
  );
}

/** The installed distribution of this name (and version), or undefined. */
export function isInstalled(folders, name, version) {
  return readDistributions(folders).find((found) => found.name === name && (!version || found.version === version));
}

export async function pip(args) {
  await run(environmentPython(), ['-m', 'pip', ...args], { env: pythonEnvironment() });
}

/**
 * Installs packages of a lock, with further options of pip's, in the environment that is used or that of `python`.
 *
 * @param work - the folder of the log and of what pip reads
 */
export async function installLocked(entries, options = [], python = environmentPython(), work = place.work) {
  const offline = await downloadProblem(process.env.PIP_INDEX_URL ?? 'https://pypi.org', 'Python packages');
  const patience = offline ? ['--retries', '0'] : [];
  const args = ['-m', 'pip', ...lockedArguments(entries, join(work, 'requirements.txt')), ...options, ...patience];
  await run(python, args, { env: pythonEnvironment(), reason: offline, work });
}

/** Makes the environment that is used where none is active. */
export async function makeEnvironment() {
  const prefix = environmentPrefix();
  if (prefix !== place.environment || venvIsComplete(prefix)) return;
  if (!canWrite(dirname(prefix)) && lstatSync(environmentPython(), { throwIfNoEntry: false })) {
    const [, home] = /^home *= *(.*)$/m.exec(readIfThere(join(prefix, 'pyvenv.cfg')) ?? '') ?? [];
    const mend = `rm -r ${prefix}, then PYTHON=<one that all may read, such as /usr/bin/python3> ${place.command}`;
    throw new SetupError(
      `The Python of ${prefix}, from ${home ?? 'nowhere'}, does not start for you, and you cannot write there. ` +
        `Ask who keeps that folder: ${mend}.`,
    );
  }
  await makeVenv(prefix);
}

/** @param work - the folder of the log */
export async function makeVenv(prefix, work = place.work) {
  const { python, problem } = findInterpreter();
  if (problem) throw new SetupError(problem);
  const make = () => run(python, ['-m', 'venv', '--clear', prefix], { work });
  await step(`Making ${shown(prefix)} with ${python}`, make, work);
}
