import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { addon, binding } from './addon.mjs';
import { headerOptions } from './headers.mjs';
import { describePython } from './interpreter.mjs';
import { readLock } from './lock.mjs';
import { place } from './place.mjs';
import { environmentPrefix, environmentPython, installLocked, isInstalled, pip } from './python.mjs';
import { findProgram, readIfThere, run, SetupError, step } from './run.mjs';
import { makeScratch, removeScratch } from './scratch.mjs';

const builtFor = join(dirname(binding), 'built-for.txt');

export const tensorflowVersion = () => readLock().find(({ name }) => name === 'tensorflow').version;
const buildKey = () => `TensorFlow ${tensorflowVersion()} ${process.platform} ${process.arch}`;
export const bindingIsBuilt = () => existsSync(binding) && readIfThere(builtFor) === buildKey();

function findCompiler() {
  // CXX may carry options: `ccache g++`.
  return process.env.CXX ? findProgram([process.env.CXX.split(' ')[0]]) : findProgram(['g++', 'c++', 'clang++']);
}

/** What is missing to compile the TensorFlow link, or undefined. */
export function compilerProblem() {
  if (process.platform === 'win32') return 'Windows is not supported: use WSL 2 (wsl --install) and its Linux.';
  if (bindingIsBuilt() || (findCompiler() && findProgram(['make']))) return undefined;
  const install = process.platform === 'darwin' ? 'xcode-select --install' : 'sudo apt install g++ make';
  return `No C++ compiler and make on the PATH: ${install} (conda: conda install -c conda-forge cxx-compiler make)`;
}

const wantsCuda = ({ ONPA_GPU: gpu } = process.env) => Boolean(gpu && gpu !== '0');

/** Which of TensorFlow's packages is in use: the GPU one by ONPA_GPU, else the one that is there. */
function choosePackage(folders) {
  const cpu = process.platform === 'linux' && process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
  const { ONPA_GPU: gpu } = process.env;
  if (!gpu) return isInstalled(folders, 'tensorflow') ? 'tensorflow' : cpu;
  if (gpu === '0') return cpu;
  if (process.platform !== 'linux') throw new SetupError('ONPA_GPU=1 needs Linux and an NVIDIA GPU: unset ONPA_GPU.');
  return 'tensorflow';
}

/** In GB: TensorFlow, and NVIDIA's libraries with it. */
const SIZE = { cpu: 1.5, gpu: 7 };

/** That there is too little room for TensorFlow, if it is not there yet; or undefined. */
export function spaceProblem() {
  const folders = describePython(environmentPython())?.folders ?? [];
  if (isInstalled(folders, choosePackage(folders), tensorflowVersion())) return undefined;
  const needed = wantsCuda() ? SIZE.gpu : SIZE.cpu;
  let folder = environmentPrefix();
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 1e9;
  return free < needed
    ? `${folder} has ${free.toFixed(1)} GB left, and TensorFlow takes ${needed}: make room`
    : undefined;
}

/** That somebody's own TensorFlow would have to give way to ours in an environment that is active; or undefined. */
export function otherTensorFlow() {
  const prefix = environmentPrefix();
  if (prefix === place.environment) return undefined;
  const folders = describePython(environmentPython())?.folders ?? [];
  const found = ['tensorflow', 'tensorflow-cpu'].map((name) => isInstalled(folders, name)).find(Boolean);
  if (!found || found.version === tensorflowVersion()) return undefined;
  const theirs = `The active environment ${prefix} has ${found.name} ${found.version}, and onpa needs ${tensorflowVersion()}`;
  return `${theirs}: deactivate it, and onpa makes one of its own`;
}

// Its newest wheels are for this Python. As only their C library is used, a later Python takes them too.
const newestWheels = 13;

/** TensorFlow's wheel without its Python dependencies: only its C library and headers are used. */
export async function installTensorFlow() {
  const { folders, minor } = describePython(environmentPython());
  const version = tensorflowVersion();
  const lock = readLock();
  const name = choosePackage(folders);
  const other = name === 'tensorflow' ? 'tensorflow-cpu' : 'tensorflow';
  if (!isInstalled(folders, name, version) || !findWheel(folders)) {
    await step(`Installing ${name} ${version}`, async () => {
      // Both packages own the same files: the other one has to go first.
      if (isInstalled(folders, other)) await pip(['uninstall', '-y', other]);
      const inPlace = ['--upgrade', '--target', folders[0], '--python-version', `3.${newestWheels}`];
      const options = minor > newestWheels ? inPlace : ['--force-reinstall'];
      const wanted = lock.filter((entry) => entry.name === name);
      await installLocked(wanted, options);
    });
  }
  if (wantsCuda()) {
    const cuda = lock.filter((entry) => entry.name.startsWith('nvidia-'));
    if (!cuda.every((entry) => isInstalled(folders, entry.name, entry.version))) {
      await step('Installing CUDA for TensorFlow', () => installLocked(cuda));
    }
  }
  return name;
}

const libraryName = (name) => (process.platform === 'darwin' ? `lib${name}.2.dylib` : `lib${name}.so.2`);

function findWheel(folders) {
  const candidates = folders.map((folder) => join(folder, 'tensorflow'));
  return candidates.find((folder) => existsSync(join(folder, libraryName('tensorflow_cc'))));
}

/** The links in the addon's `deps` folder and where they lead. */
function dependencyLinks(wheel) {
  const core = join(wheel, libraryName('tensorflow_cc'));
  const framework = join(wheel, libraryName('tensorflow_framework'));
  const links = {
    include: join(wheel, 'include'),
    [`lib/${libraryName('tensorflow_cc')}`]: core,
    [`lib/${libraryName('tensorflow_framework')}`]: framework,
    // The library looks for CUDA at ../nvidia, seen from the folder through which it was loaded: this one.
    nvidia: join(dirname(wheel), 'nvidia'),
  };
  if (process.platform === 'darwin') return { ...links, 'lib/libtensorflow.2.dylib': core };
  return { ...links, 'lib/libtensorflow.so': core, 'lib/libtensorflow_framework.so': framework };
}

const leadsTo = (link) => lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(link);

function makeLinks(folder, links) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'lib'), { recursive: true });
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
}

async function buildBinding(links) {
  // make cannot build in a folder whose path has a space, as this one's may, so it is built beside and copied.
  const scratch = makeScratch();
  for (const part of ['binding', 'binding.gyp', 'package.json']) {
    cpSync(join(addon, part), join(scratch, part), { recursive: true });
  }
  makeLinks(join(scratch, 'deps'), links);
  // node-gyp would take npm's settings for its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  env.CXX ??= findCompiler();
  if (process.platform === 'darwin') env.LDFLAGS = `${env.LDFLAGS ?? ''} -Wl,-rpath,@loader_path/../../deps/lib`;
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const settings = ['--module_name=tfjs_binding', `--module_path=${scratch}/lib`, '--napi_build_version=8'];
  const headers = await headerOptions(nodeGyp, env);
  const args = [nodeGyp, 'rebuild', '--jobs=max', `--python=${environmentPython()}`, ...headers, ...settings];
  await run(process.execPath, args, { cwd: scratch, env });
  mkdirSync(dirname(binding), { recursive: true });
  copyFileSync(join(scratch, 'build', 'Release', 'tfjs_binding.node'), `${binding}.new`);
  renameSync(`${binding}.new`, binding);
  removeScratch();
}

/** Links TensorFlow.js to the wheel's C library: symbolic links, and the binding compiled against them. */
export async function linkTensorFlow() {
  const wheel = findWheel(describePython(environmentPython()).folders);
  const links = dependencyLinks(wheel);
  const linked = Object.entries(links).every(([name, target]) => leadsTo(join(addon, 'deps', name)) === target);
  if (linked && bindingIsBuilt()) return;
  await step('Linking TensorFlow', async () => {
    const built = bindingIsBuilt();
    rmSync(builtFor, { force: true });
    makeLinks(join(addon, 'deps'), links);
    if (!built) await buildBinding(links);
    const load = 'process.dlopen({ exports: {} }, process.argv[1])';
    await run(process.execPath, ['-e', load, binding], { hint: 'The compiled TensorFlow link does not load.' });
    writeFileSync(builtFor, buildKey());
  });
}
