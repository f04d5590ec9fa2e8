import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readLock } from '../../lib/setup/lock.mjs';
import { makeVenv, venvIsComplete } from '../../lib/setup/python.mjs';
import { SetupError } from '../../lib/setup/run.mjs';
import { placeFor } from '../results.mjs';
import { hasRequirements, installRequirements } from '../setup/requirements.mjs';
import { root } from '../setup/root.mjs';

/**
 * The Python with the course's tools, which are kept apart from JupyterLab's: those of course/requirements.lock for
 * 'course', of course/NAME/requirements.lock for another name, in build/NAME-env, or among the results of who can only read
 * the checkout, where those in build are none or others. They are installed where they are not yet; then no network is needed.
 */
export async function courseEnvironment(name = 'course') {
  const lock = name === 'course' ? ['course'] : ['course', name];
  const file = join(root, ...lock, 'requirements.lock');
  if (!existsSync(file))
    throw new SetupError(`${file} is missing; npm run lock writes it from the requirements.txt there`);
  return toolEnvironment(name, `the tools of ${lock.join('/')}`, readLock(file));
}

/** The Python of the environment NAME-env with just these packages of a lock; `title` says what they are. */
export async function toolEnvironment(name, title, wanted) {
  const shared = join(root, 'build', `${name}-env`);
  const isReady = venvIsComplete(shared) && hasRequirements(shared, wanted);
  const prefix = isReady ? shared : placeFor(`${name}-env`);
  // The log and the rest lie beside it: nothing is written in a checkout that one can only read.
  const work = dirname(prefix);
  if (!venvIsComplete(prefix)) await makeVenv(prefix, work);
  await installRequirements(title, prefix, wanted, { work });
  return join(prefix, 'bin', 'python');
}
