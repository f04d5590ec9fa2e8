// Sets up what is missing, and JupyterHub with its proxy: the same for an image, a server of one's own, and the trial.
//   npm run hub
// Python's packages, by course/hub/requirements.lock, go into the environment of the lessons, for a student's server is JupyterLab
// and JupyterHub in one; the proxy goes into course/hub/node_modules.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readLock } from '../lib/setup/lock.mjs';
import { main } from '../lib/setup/main.mjs';
import { downloadWithNpm } from '../lib/setup/npm.mjs';
import { environmentPrefix } from '../lib/setup/python.mjs';
import { step } from '../lib/setup/run.mjs';
import { packagesMatchLock } from './setup/packages.mjs';
import { installRequirements } from './setup/requirements.mjs';
import { root } from './setup/root.mjs';

const folder = join(root, 'course', 'hub');

/** All that the lock has for this system and Python, with a stamp of its own beside that of the lessons. */
const installHub = () =>
  installRequirements('JupyterHub', environmentPrefix(), readLock(join(folder, 'requirements.lock')), { name: 'hub' });

async function installProxy() {
  if (packagesMatchLock(folder)) return;
  await step('Installing the proxy of JupyterHub', async () => {
    rmSync(join(folder, 'node_modules', '.package-lock.json'), { force: true });
    await downloadWithNpm(['ci', '--ignore-scripts'], folder);
  });
}

await main(async () => {
  await installHub();
  await installProxy();
  const { version } = readLock(join(folder, 'requirements.lock')).find(({ name }) => name === 'jupyterhub');
  return `JupyterHub ${version}: ${join(environmentPrefix(), 'bin', 'jupyterhub')}`;
});
