import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { findProgram } from './run.mjs';

// Every package of requirements.lock has wheels for these.
const oldest = 10;
const newest = 14;

export const range = `3.${oldest} to 3.${newest}`;

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

export const versionFits = (description) =>
  description !== undefined && description.minor >= oldest && description.minor <= newest;

function canMakeEnvironment(python) {
  try {
    execFileSync(python, ['-I', '-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isMac = process.platform === 'darwin';

const withoutVenv = (python) =>
  `${python} has no venv module: ${isMac ? 'brew install python@3.13' : 'sudo apt install python3-venv'}`;

/** The interpreter that makes `.venv`: `PYTHON` if set, else the first fitting one on the PATH. */
export function findInterpreter(env = process.env) {
  return env.PYTHON ? takeNamed(env) : searchPath(env);
}

function takeNamed({ PYTHON: name, PATH }) {
  const python = findProgram([name.includes('/') ? resolve(name) : name], PATH);
  const description = python && describePython(python);
  if (versionFits(description) && canMakeEnvironment(python)) return { python };
  if (versionFits(description)) return { problem: `PYTHON=${name}: ${withoutVenv(python)}` };
  let reason = `is not Python ${range}`;
  if (!python) reason = name.includes('/') ? 'is not there' : 'is not on the PATH';
  else if (!description) reason = 'does not start as a Python 3';
  else reason = `is Python 3.${description.minor}, not ${range}`;
  return { problem: `PYTHON=${name} ${reason}: name another one, or unset PYTHON` };
}

function searchPath({ PATH }) {
  const names = ['python3'];
  for (let minor = newest; minor >= oldest; minor--) names.push(`python3.${minor}`);
  const found = [...names, 'python'].map((name) => findProgram([name], PATH)).filter(Boolean);
  const described = found.map((python) => ({ python, description: describePython(python) }));
  const fitting = described.filter(({ description }) => versionFits(description)).map(({ python }) => python);
  const complete = fitting.find(canMakeEnvironment);
  if (complete) return { python: complete };
  if (fitting.length > 0) return { problem: withoutVenv(fitting[0]) };
  const other = described.find(({ description }) => description);
  if (other) {
    // The system's own package would be this very version again.
    const install = 'install one beside it (uv python install 3.13, or conda create -n onpa python=3.13)';
    const version = `${other.python} is Python 3.${other.description.minor}`;
    return { problem: `No Python ${range} on the PATH, ${version}: ${install} and name it in the variable PYTHON` };
  }
  const install = isMac ? 'brew install python@3.13' : 'sudo apt install python3 python3-venv';
  return { problem: `No Python ${range} on the PATH: ${install}, or name one in the variable PYTHON` };
}
