import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { environmentPython, pythonEnvironment } from '../../lib/setup/python.mjs';

/** The environment of a Python's programs: they find each other by name, and nothing of the user's own Python. */
export function programEnvironment(python = environmentPython(), env = process.env) {
  return { ...pythonEnvironment(env), PATH: [dirname(python), env.PATH].join(delimiter) };
}

/** Runs the environment's Python in this terminal and exits with its status. */
export async function runPython(args, cwd) {
  const python = environmentPython();
  const env = programEnvironment(python);
  const child = spawn(python, args, { cwd, env, stdio: 'inherit' });
  // A terminal sends Ctrl-C to the child too: this process only waits for it to put things away.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...status) => resolve(status));
  });
  process.exit(code ?? 128 + constants.signals[signal]);
}
