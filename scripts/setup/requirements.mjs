import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePython } from '../../lib/setup/interpreter.mjs';
import { installLocked, isInstalled } from '../../lib/setup/python.mjs';
import { readIfThere, step } from '../../lib/setup/run.mjs';

/**
 * Installs packages of a lock in a Python environment, unless just these are there.
 *
 * @param title - says what they are
 * @param name - of the stamp by which they are known again: one for each lock of an environment
 */
export async function installRequirements(title, prefix, wanted, name = 'requirements') {
  const python = join(prefix, 'bin', 'python');
  const hash = createHash('sha256')
    .update(wanted.map(({ text }) => text).join('\n'))
    .digest('hex');
  const { folders } = describePython(python);
  const stamp = join(prefix, 'share', 'onpa', `${name}.json`);
  const found = JSON.parse(readIfThere(stamp) ?? '{}');
  if (found.lock === hash && found.installed.every(([name, version]) => isInstalled(folders, name, version))) return;
  await step(`Installing ${title} in ${prefix}`, async () => {
    await installLocked(wanted, [], python);
    // Not those that the lock has for other systems and Pythons.
    const installed = wanted.filter(({ name, version }) => isInstalled(folders, name, version));
    mkdirSync(join(prefix, 'share', 'onpa'), { recursive: true });
    writeFileSync(stamp, JSON.stringify({ lock: hash, installed: installed.map((x) => [x.name, x.version]) }));
  });
}
