import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describePython, findInterpreter, versionFits } from '../../lib/setup/interpreter.mjs';
import { readLock } from '../../lib/setup/lock.mjs';
import { isInstalled } from '../../lib/setup/python.mjs';
import { run, SetupError, step } from '../../lib/setup/run.mjs';
import { placeFor } from '../results.mjs';
import { installRequirements } from '../setup/requirements.mjs';
import { root } from '../setup/root.mjs';

/** A virtual environment of our own is complete once pip is, which venv installs last. */
function isComplete(prefix) {
  const description = describePython(join(prefix, 'bin', 'python'));
  return versionFits(description) && isInstalled(description.folders, 'pip') !== undefined;
}

/**
 * The Python with the course's tools, which are kept apart from JupyterLab's: those of course/requirements.lock for
 * 'course', of course/NAME/requirements.lock for another name, in build/NAME-env, or among the results of who can only read
 * the checkout. They are installed where they are not yet; then no network is needed.
 */
export async function courseEnvironment(name = 'course') {
  const lock = name === 'course' ? ['course'] : ['course', name];
  const file = join(root, ...lock, 'requirements.lock');
  if (!existsSync(file))
    throw new SetupError(`${file} is missing; npm run lock writes it from the requirements.txt there`);
  const own = join(root, 'build', `${name}-env`);
  const prefix = isComplete(own) ? own : placeFor(`${name}-env`);
  const python = join(prefix, 'bin', 'python');
  if (!isComplete(prefix)) {
    const { python: base, problem } = findInterpreter();
    if (problem) throw new SetupError(problem);
    await step(`Making ${prefix} with ${base}`, () => run(base, ['-m', 'venv', '--clear', prefix]));
  }
  await installRequirements(
    `the tools of course/${lock.slice(1).join('/')}`.replace(/\/$/, ''),
    prefix,
    readLock(file),
  );
  return python;
}
