import { join } from 'node:path';
import { readLock } from '../../lib/setup/lock.mjs';
import { environmentPrefix } from '../../lib/setup/python.mjs';
import { installRequirements } from './requirements.mjs';
import { root } from './root.mjs';

/** JupyterLab and what it needs, and soundfile in the same go, in the Python environment. */
export async function installJupyter() {
  const soundfile = readLock().filter(({ name }) => name === 'soundfile');
  const wanted = [...readLock(join(root, 'requirements.lock')), ...soundfile];
  await installRequirements('JupyterLab', environmentPrefix(), wanted);
}
