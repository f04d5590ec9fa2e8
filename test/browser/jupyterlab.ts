import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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
  const file = join(FOLDER, 'settings', '@jupyterlab', `${plugin}.jupyterlab-settings`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Starts JupyterLab and waits until it answers. */
export async function startJupyterLab(): Promise<JupyterLab> {
  const port = await freePort();
  const token = randomUUID();
  const options = [
    '--no-browser',
    `--port=${port}`,
    `--IdentityProvider.token=${token}`,
    `--ServerApp.root_dir=${FOLDER}`,
    '--LabApp.expose_app_in_browser=True',
  ];
  const env = { ...process.env, JUPYTERLAB_SETTINGS_DIR: join(FOLDER, 'settings') };
  const script = inRepository('scripts', 'lab.mjs');
  const server = spawn(process.execPath, [script, ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await serving(server, `127.0.0.1:${port}/`);
  return {
    page: (name) => `http://127.0.0.1:${port}/lab/tree/${name}?token=${token}&reset`,
    stop: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve());
        server.kill('SIGTERM');
      }),
  };
}

/** Waits for the line in which the server says where it listens. */
function serving(server: ChildProcess, address: string): Promise<void> {
  let log = '';
  return new Promise((resolve, reject) => {
    const read = (text: Buffer) => {
      log += text;
      if (log.includes(address)) resolve();
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (status) => reject(new Error(`JupyterLab ended with status ${status}:\n${log}`)));
  });
}
