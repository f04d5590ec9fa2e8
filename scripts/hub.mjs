// Sets up what is missing, and JupyterHub with its proxy: the same for an image, a server of one's own, and the trial.
//   npm run hub
// Python's packages, by course/hub/requirements.lock, go into the environment of the lessons, for a student's server is JupyterLab
// and JupyterHub in one; the proxy goes into course/hub/node_modules.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describePython } from '../lib/setup/interpreter.mjs';
import { readLock } from '../lib/setup/lock.mjs';
import { main } from '../lib/setup/main.mjs';
import { downloadWithNpm } from '../lib/setup/npm.mjs';
import { environmentPrefix, environmentPython, installLocked, isInstalled } from '../lib/setup/python.mjs';
import { step } from '../lib/setup/run.mjs';
import { packagesMatchLock } from './setup/packages.mjs';
import { root } from './setup/root.mjs';

const folder = join(root, 'course', 'hub');

async function installHub() {
  const wanted = readLock(join(folder, 'requirements.lock'));
  const { folders } = describePython(environmentPython());
  // Of those that the lock has for this system and Python alone, the hub's own are asked for by all.
  const named = wanted.filter(({ name }) =>
    /^(jupyterhub|jupyterhub-idle-culler|dockerspawner|docker|alembic)$/.test(name),
  );
  if (named.every(({ name, version }) => isInstalled(folders, name, version))) return;
  await step(`Installing JupyterHub in ${environmentPrefix()}`, () => installLocked(wanted));
}

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
