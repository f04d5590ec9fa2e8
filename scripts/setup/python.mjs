import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findProgram, readIfThere, root, run, SetupError, step } from './run.mjs';

// TensorFlow's wheels set the upper end: 2.21 has them for Python 3.10 to 3.13.
const oldest = 10;
const newest = 13;

/** The environment for Python programs: nothing from the user's own site-packages or kernels. */
export function pythonEnvironment(env = process.env) {
  return { ...env, PYTHONNOUSERSITE: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1', JUPYTER_PREFER_ENV_PATH: '1' };
}

/** Where Python packages go: the active virtualenv or conda environment (not conda's `base`), else `.venv`. */
export function environmentPrefix(env = process.env) {
  if (env.VIRTUAL_ENV) return env.VIRTUAL_ENV;
  if (env.CONDA_PREFIX && env.CONDA_DEFAULT_ENV !== 'base') return env.CONDA_PREFIX;
  return join(root, '.venv');
}

export function environmentPython(env = process.env) {
  return join(environmentPrefix(env), 'bin', 'python');
}

/** What one interpreter says about itself, or undefined if it does not start. */
export function describePython(python) {
  const code =
    'import sys, sysconfig as s; print(sys.version_info[1], s.get_path("platlib"), s.get_path("purelib"), sep="\\n")';
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    const [minor, ...folders] = execFileSync(python, ['-I', '-c', code], options).trim().split('\n');
    return { minor: Number(minor), folders: [...new Set(folders)] };
  } catch {
    return undefined;
  }
}

function canMakeEnvironment(python) {
  try {
    execFileSync(python, ['-I', '-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const versionFits = (description) => description && description.minor >= oldest && description.minor <= newest;
const range = `3.${oldest} to 3.${newest}`;

/** The interpreter that makes `.venv`: `PYTHON` if set, else the first fitting one on the PATH. */
export function findInterpreter(env = process.env) {
  const names = ['python3'];
  for (let minor = newest; minor >= oldest; minor--) names.push(`python3.${minor}`);
  const found = (env.PYTHON ? [env.PYTHON] : [...names, 'python']).map((name) => findProgram([name], env.PATH));
  const fitting = found.find((python) => python && versionFits(describePython(python)));
  if (fitting && canMakeEnvironment(fitting)) return { python: fitting };
  const install = process.platform === 'darwin' ? 'brew install python@3.12' : 'sudo apt install python3 python3-venv';
  if (fitting) return { problem: `${fitting} has no venv module: ${install}` };
  return { problem: `No Python ${range} on the PATH: ${install}, or name one in the variable PYTHON.` };
}

/** `.venv` is complete once pip is: venv installs it last. */
function venvIsComplete(prefix) {
  const description = describePython(join(prefix, 'bin', 'python'));
  return versionFits(description) && isInstalled(description.folders, 'pip');
}

/** What is wrong with the Python that would be used, or undefined. */
export function pythonProblem(env = process.env) {
  const prefix = environmentPrefix(env);
  if (prefix === join(root, '.venv')) return venvIsComplete(prefix) ? undefined : findInterpreter(env).problem;
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

/** `name==version` pins of requirements.txt; environment markers are dropped. */
export function readRequirements(file = join(root, 'requirements.txt')) {
  const pins = readFileSync(file, 'utf8').matchAll(/^([\w.-]+)==([\w.]+)/gm);
  return [...pins].map(([, name, version]) => ({ name, version }));
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

async function makeEnvironment(prefix) {
  if (venvIsComplete(prefix)) return;
  const { python, problem } = findInterpreter();
  if (problem) throw new SetupError(problem);
  await step(`Making ${relative(root, prefix)} with ${python}`, () => run(python, ['-m', 'venv', '--clear', prefix]));
}

/** Installed by themselves, without what they depend on: only libraries of C in them are used. */
const LIBRARIES = /^(tensorflow|soundfile)/;

/** The Python environment with the requirements other than {@link LIBRARIES}. */
export async function installPython() {
  const prefix = environmentPrefix();
  if (prefix === join(root, '.venv')) await makeEnvironment(prefix);
  const pins = readRequirements().filter(({ name }) => !LIBRARIES.test(name));
  const wanted = pins.map(({ name, version }) => `${name}==${version}`);
  const { folders } = describePython(environmentPython());
  const stamp = join(prefix, 'share', 'onpa', 'requirements.txt');
  const complete = pins.every(({ name, version }) => isInstalled(folders, name, version));
  if (complete && readIfThere(stamp) === wanted.join('\n')) return;
  await step(`Installing JupyterLab in ${prefix}`, async () => {
    await pip(['install', ...wanted]);
    mkdirSync(join(prefix, 'share', 'onpa'), { recursive: true });
    writeFileSync(stamp, wanted.join('\n'));
  });
}
