import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { downloadWithNpm } from './npm.mjs';
import { deps } from './place.mjs';
import { run, SetupError, step } from './run.mjs';
import { makeScratch, removeScratch } from './scratch.mjs';

// Not among the dependencies: its install script would run where the package is installed, and download a TensorFlow of
// 2021 from a server that not everybody reaches.
const NAME = '@tensorflow/tfjs-node-gpu';
export const ADDON_VERSION = '4.22.0';
/** Of its archive on npm, as package-lock.json writes it. */
export const ADDON_INTEGRITY =
  'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==';

/** TensorFlow.js on the C library: its JavaScript, and the C++ between them. */
export const addon = join(deps, 'tfjs-node-gpu');
/** The compiled C++. */
export const binding = join(addon, 'lib', 'napi-v8', 'tfjs_binding.node');

const hasVersion = (folder) => {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === ADDON_VERSION;
};

/** Where npm has installed it without its script, as the course does. */
function installedBeside() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${NAME}/package.json`));
    return hasVersion(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

async function download() {
  const scratch = makeScratch();
  await downloadWithNpm(['pack', `${NAME}@${ADDON_VERSION}`, '--pack-destination', scratch], scratch);
  const archive = join(scratch, readdirSync(scratch)[0]);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== ADDON_INTEGRITY) {
    throw new SetupError(`npm's ${NAME} ${ADDON_VERSION} is not the one that is known: its hash is ${found}.`);
  }
  await run('tar', ['-xzf', archive, '-C', scratch]);
  return join(scratch, 'package');
}

/** All of it but its tests and its install script's own packages. */
function copy(from) {
  const made = `${addon}.new`;
  rmSync(made, { recursive: true, force: true });
  for (const part of ['binding', 'binding.gyp', 'dist', 'package.json']) {
    cpSync(join(from, part), join(made, part), {
      recursive: true,
      filter: (path) => !/_tests?\.(d\.ts|js)$/.test(path),
    });
  }
  // It asks node-pre-gyp, which it also installs with, for its binding.
  const preGyp = join(made, 'node_modules', '@mapbox', 'node-pre-gyp');
  mkdirSync(preGyp, { recursive: true });
  const path = "require('node:path').join(__dirname, '../../../lib/napi-v8/tfjs_binding.node')";
  writeFileSync(join(preGyp, 'index.js'), `exports.find = () => ${path};\n`);
  rmSync(addon, { recursive: true, force: true });
  renameSync(made, addon);
}

/** TensorFlow.js, from node_modules where it is, else from npm. */
export async function installAddon() {
  if (hasVersion(addon)) return;
  const beside = installedBeside();
  if (beside) copy(beside);
  else
    await step(`Installing ${NAME} ${ADDON_VERSION}`, async () => {
      copy(await download());
      removeScratch();
    });
}
