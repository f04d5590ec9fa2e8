import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { unreachable } from './network.mjs';
import { place } from './place.mjs';
import { run } from './run.mjs';
import { canWrite } from './scratch.mjs';

/** The folder of the Node that runs. */
const nodePrefix = dirname(dirname(process.execPath));

const hasHeaders = (folder) => existsSync(join(folder, 'include', 'node', 'node_api.h'));

/** The folder with this Node's headers: its own, or the one that npm's setting `nodedir` names. */
const localHeaders = (prefix, env) => [prefix, env.npm_config_nodedir].find((folder) => folder && hasHeaders(folder));

/** Where node-gyp keeps the headers that it downloads. */
function downloadFolder(env) {
  const caches = process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  const folder = env.npm_config_devdir ?? join(env.XDG_CACHE_HOME || caches, 'node-gyp');
  return canWrite(folder) ? folder : join(place.work, 'node-gyp');
}

const advice = (prefix) =>
  [
    `this Node has no headers in ${join(prefix, 'include', 'node')}: install them (Debian, Ubuntu: sudo apt install`,
    `libnode-dev), name the folder that has them (npm_config_nodedir=/usr ${place.command}), or take a Node of nodejs.org`,
  ].join(' ');

/** What keeps Node's headers from this machine, or undefined if they are there or can be downloaded. */
export async function headersProblem(prefix = nodePrefix, env = process.env) {
  if (localHeaders(prefix, env) || hasHeaders(join(downloadFolder(env), process.version.slice(1)))) return undefined;
  const reason = await unreachable(env.NODEJS_ORG_MIRROR ?? 'https://nodejs.org', { env });
  return reason && `${reason}, and ${advice(prefix)}`;
}

/** node-gyp's options for the headers, which it downloads first where this machine has none. */
export async function headerOptions(nodeGyp, env) {
  const local = localHeaders(nodePrefix, process.env);
  if (local) return [`--nodedir=${local}`];
  const folder = [`--devdir=${downloadFolder(process.env)}`];
  const reason = `node-gyp could not download Node's headers, and ${advice(nodePrefix)}`;
  await run(process.execPath, [nodeGyp, 'install', '--ensure', ...folder], { env, reason });
  return folder;
}
