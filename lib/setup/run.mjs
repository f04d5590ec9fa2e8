import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { library, place } from './place.mjs';
import { canWrite, removeScratch } from './scratch.mjs';

/** Where the output of every command goes: in the folder of what is needed only on the way. */
const logIn = (work) => join(work, 'setup.log');

/** A missing or broken part; the message names it and the command that mends it. */
export class SetupError extends Error {}

/** The logs of this process, the one that is written last. */
const logs = new Set();
let logFile = logIn(place.work);
let child;
let interrupted;
function watchSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      interrupted = signal;
      if (child) killGroup(child.pid, signal);
      else leave();
    });
  }
}

// Children lead their own process group, so that an interrupted `npm ci` or compiler leaves nobody behind.
function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended by itself.
  }
}

function leave() {
  removeScratch();
  console.error(`\nInterrupted (log: ${logFile}). Run it again to go on.`);
  process.exit(128 + constants.signals[interrupted]);
}

/**
 * Runs a command with its output in the log, which is in the folder `work`; a failure is a SetupError that ends with the
 * output's head and tail, or with `reason`, where that is known beforehand.
 */
export async function run(command, args, options = {}) {
  const { cwd = library, env = process.env, hint = '', reason, work = place.work } = options;
  logFile = logIn(work);
  mkdirSync(work, { recursive: true });
  const log = openSync(logFile, logs.has(logFile) ? 'a' : 'w');
  if (logs.size === 0) watchSignals();
  logs.add(logFile);
  const start = statSync(logFile).size;
  writeSync(log, `\n$ ${[command, ...args].join(' ')}\n`);
  const code = await new Promise((resolve) => {
    child = spawn(command, args, { cwd, env, stdio: ['ignore', log, log], detached: true });
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (status, signal) => resolve(status ?? signal));
  });
  if (interrupted) {
    killGroup(child.pid, 'SIGKILL');
    leave();
  }
  child = undefined;
  closeSync(log);
  if (code === 0) return;
  if (reason) throw new SetupError(`failed: ${reason}. The whole log is in ${logFile}`);
  const lines = readFileSync(logFile).subarray(start).toString().trim().split('\n');
  // npm gives its reason first, compilers and pip last.
  const excerpt = lines.length > 40 ? [...lines.slice(0, 12), '…', ...lines.slice(-25)] : lines;
  throw new SetupError(
    `failed (${code}).\n${excerpt.join('\n')}\n\n${hint ? `${hint}\n` : ''}The whole log is in ${logFile}`,
  );
}

/** What who can only read a folder may do where a part is missing in it. */
const advice = (folder) =>
  `Ask who keeps ${folder} for ${place.command} there, or make a copy of it in a folder of your own`;

/**
 * Says in one line what is being done and how long it took.
 *
 * @param folder - where it writes, which is looked at first
 */
export async function step(title, work, folder = place.work) {
  if (!canWrite(folder)) {
    throw new SetupError(`${title} is needed, and you cannot write in ${folder}. ${advice(dirname(library))}.`);
  }
  const start = performance.now();
  process.stdout.write(`${title} … `);
  try {
    await work();
  } catch (error) {
    if (error instanceof SetupError) process.stdout.write('\n');
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    throw new SetupError(`\n${error.message}. ${advice(dirname(library))}.`, { cause: error });
  }
  process.stdout.write(`${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}

/** The first of these programs that is on the PATH. */
export function findProgram(names, path = process.env.PATH ?? '') {
  for (const name of names) {
    if (isAbsolute(name) && existsSync(name)) return name;
    for (const folder of path.split(delimiter)) {
      if (folder && existsSync(join(folder, name))) return join(folder, name);
    }
  }
  return undefined;
}

/** The content of a small text file, or undefined where there is none. */
export function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
