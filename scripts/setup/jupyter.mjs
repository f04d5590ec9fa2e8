import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePython } from '../../lib/setup/interpreter.mjs';
import { readLock } from '../../lib/setup/lock.mjs';
import { environmentPrefix, environmentPython, installLocked, isInstalled } from '../../lib/setup/python.mjs';
import { readIfThere, step } from '../../lib/setup/run.mjs';
import { root } from './root.mjs';

/** JupyterLab and what it needs, and soundfile in the same go, in the Python environment. */
export async function installJupyter() {
  const prefix = environmentPrefix();
  const wanted = [
    ...readLock(join(root, 'requirements.lock')),
    ...readLock().filter(({ name }) => name === 'soundfile'),
  ];
  const hash = createHash('sha256')
    .update(wanted.map(({ text }) => text).join('\n'))
    .digest('hex');
  const { folders } = describePython(environmentPython());
  const stamp = join(prefix, 'share', 'onpa', 'requirements.json');
  const found = JSON.parse(readIfThere(stamp) ?? '{}');
  if (found.lock === hash && found.installed.every(([name, version]) => isInstalled(folders, name, version))) return;
  await step(`Installing JupyterLab in ${prefix}`, async () => {
    await installLocked(wanted);
    // Not those that the lock has for other systems and Pythons.
    const installed = wanted.filter(({ name, version }) => isInstalled(folders, name, version));
    mkdirSync(join(prefix, 'share', 'onpa'), { recursive: true });
    writeFileSync(stamp, JSON.stringify({ lock: hash, installed: installed.map((x) => [x.name, x.version]) }));
  });
}
