import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePython } from '../../lib/setup/interpreter.mjs';
import { place } from '../../lib/setup/place.mjs';
import { installLocked, isInstalled } from '../../lib/setup/python.mjs';
import { readIfThere, step } from '../../lib/setup/run.mjs';

const pythonOf = (prefix) => join(prefix, 'bin', 'python');

/** In the environment: what of which lock was installed. Each lock of an environment has a stamp with a name of its own. */
const stampOf = (prefix, name) => join(prefix, 'share', 'onpa', `${name}.json`);

const hashOf = (wanted) =>
  createHash('sha256')
    .update(wanted.map(({ text }) => text).join('\n'))
    .digest('hex');

/** Whether just these packages of a lock are in a Python environment. */
export function hasRequirements(prefix, wanted, name = 'requirements') {
  const { lock, installed } = JSON.parse(readIfThere(stampOf(prefix, name)) ?? '{}');
  if (lock !== hashOf(wanted)) return false;
  const { folders = [] } = describePython(pythonOf(prefix)) ?? {};
  return installed.every(([it, version]) => isInstalled(folders, it, version));
}

/**
 * Installs packages of a lock in a Python environment, unless just these are there; `title` says what they are.
 *
 * @param options.work - the folder of the log and of what pip reads
 * @param options.name - of the stamp by which they are known again
 */
export async function installRequirements(title, prefix, wanted, { work = place.work, name = 'requirements' } = {}) {
  if (hasRequirements(prefix, wanted, name)) return;
  const install = async () => {
    const python = pythonOf(prefix);
    await installLocked(wanted, [], python, work);
    const { folders } = describePython(python);
    // Not those that the lock has for other systems and Pythons.
    const installed = wanted.filter((it) => isInstalled(folders, it.name, it.version));
    mkdirSync(join(prefix, 'share', 'onpa'), { recursive: true });
    writeFileSync(
      stampOf(prefix, name),
      JSON.stringify({ lock: hashOf(wanted), installed: installed.map((x) => [x.name, x.version]) }),
    );
  };
  await step(`Installing ${title} in ${prefix}`, install, work);
}
