import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePython } from '../../lib/setup/interpreter.mjs';
import { place } from '../../lib/setup/place.mjs';
import { installLocked, isInstalled } from '../../lib/setup/python.mjs';
import { readIfThere, step } from '../../lib/setup/run.mjs';

const pythonOf = (prefix) => join(prefix, 'bin', 'python');

/** In the environment: what of which lock was installed. */
const stampOf = (prefix) => join(prefix, 'share', 'onpa', 'requirements.json');

const hashOf = (wanted) =>
  createHash('sha256')
    .update(wanted.map(({ text }) => text).join('\n'))
    .digest('hex');

/** Whether just these packages of a lock are in a Python environment. */
export function hasRequirements(prefix, wanted) {
  const { lock, installed } = JSON.parse(readIfThere(stampOf(prefix)) ?? '{}');
  if (lock !== hashOf(wanted)) return false;
  const { folders = [] } = describePython(pythonOf(prefix)) ?? {};
  return installed.every(([name, version]) => isInstalled(folders, name, version));
}

/**
 * Installs packages of a lock in a Python environment, unless just these are there; `title` says what they are.
 *
 * @param work - the folder of the log and of what pip reads
 */
export async function installRequirements(title, prefix, wanted, work = place.work) {
  if (hasRequirements(prefix, wanted)) return;
  const install = async () => {
    const python = pythonOf(prefix);
    await installLocked(wanted, [], python, work);
    const { folders } = describePython(python);
    // Not those that the lock has for other systems and Pythons.
    const installed = wanted.filter(({ name, version }) => isInstalled(folders, name, version));
    mkdirSync(join(prefix, 'share', 'onpa'), { recursive: true });
    writeFileSync(
      stampOf(prefix),
      JSON.stringify({ lock: hashOf(wanted), installed: installed.map((x) => [x.name, x.version]) }),
    );
  };
  await step(`Installing ${title} in ${prefix}`, install, work);
}
