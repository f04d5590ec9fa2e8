import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inRepository } from '../fixtures.js';
import { code, type Notebook, readNotebook } from '../notebooks/notebook.js';

/** A JupyterLab on a folder of its own, started as `npm run lab` does it. */
export interface JupyterLab {
  /** The page that opens a notebook of the folder. */
  page(name: string): string;
  stop(): Promise<void>;
}

/** Where copies of notebooks are run: within the project, so that they find `onpa`. */
const FOLDER = inRepository('build', 'lab');

/** What Jupyter otherwise reads and writes in the home folder; the user's own workspace stays as it is. */
const HOME = {
  JUPYTER_CONFIG_DIR: join(FOLDER, '.jupyter', 'config'),
  JUPYTER_DATA_DIR: join(FOLDER, '.jupyter', 'data'),
  JUPYTER_RUNTIME_DIR: join(FOLDER, '.jupyter', 'runtime'),
  JUPYTERLAB_SETTINGS_DIR: join(FOLDER, '.jupyter', 'settings'),
  JUPYTERLAB_WORKSPACES_DIR: join(FOLDER, '.jupyter', 'workspaces'),
};

/** Puts a copy of a notebook, without its outputs, into the folder that JupyterLab opens. */
export function copyNotebook(name: string): Notebook {
  rmSync(FOLDER, { recursive: true, force: true });
  // All outputs are drawn, also those below the window; nothing is asked of the network.
  setting('notebook-extension/tracker', { windowingMode: 'none' });
  setting('apputils-extension/notification', { fetchNews: 'false', checkForUpdates: false });
  const notebook = readNotebook(inRepository('notebooks', name));
  for (const cell of code(notebook)) Object.assign(cell, { outputs: [], execution_count: null });
  writeFileSync(join(FOLDER, name), JSON.stringify(notebook));
  return notebook;
}

function setting(plugin: string, value: object): void {
  const file = join(HOME.JUPYTERLAB_SETTINGS_DIR, '@jupyterlab', `${plugin}.jupyterlab-settings`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

/** Starts JupyterLab on the folder of {@link copyNotebook}, at a port that nobody has; it answers then. */
export async function startJupyterLab(): Promise<JupyterLab> {
  const token = randomUUID();
  const options = [
    '--no-browser',
    '--port=0',
    `--IdentityProvider.token=${token}`,
    `--ServerApp.root_dir=${FOLDER}`,
    '--LabApp.expose_app_in_browser=True',
  ];
  const script = inRepository('scripts', 'lab.mjs');
  const env = { ...process.env, ...HOME };
  const server = spawn(process.execPath, [script, ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = () => {
    server.kill('SIGTERM');
    return ended;
  };
  process.once('exit', stop);
  const address = await addressOf(server);
  return { page: (name) => `${address}/lab/tree/${name}?token=${token}`, stop };
}

/** Waits for the line in which the server says where it listens. */
function addressOf(server: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    const read = (text: Buffer) => {
      log += text;
      const [address] = /http:\/\/127\.0\.0\.1:\d+(?=\/)/.exec(log) ?? [];
      if (address) resolve(address);
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (status) => reject(new Error(`JupyterLab ended with status ${status}:\n${log}`)));
  });
}
