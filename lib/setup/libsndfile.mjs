import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describePython } from './interpreter.mjs';
import { readLock } from './lock.mjs';
import { deps, place } from './place.mjs';
import { environmentPrefix, environmentPython, installLocked, isInstalled } from './python.mjs';
import { run, SetupError, step } from './run.mjs';

const ending = process.platform === 'darwin' ? 'dylib' : 'so';
/** Where the library finds it. */
const linkedLibsndfile = join(deps, `libsndfile.${ending}`);

/** The names of the library in soundfile's wheels, by platform and architecture. */
export function wheelNames(platform = process.platform, arch = process.arch) {
  const machine = arch === 'x64' ? 'x86_64' : arch;
  if (platform === 'win32') return [`libsndfile_${arch}.dll`];
  return [`libsndfile_${machine}.${platform === 'darwin' ? 'dylib' : 'so'}`];
}

/** libsndfile in conda's environment, or in the wheel; undefined where there is neither. */
export function findLibsndfile(prefix, folders) {
  const conda = existsSync(join(prefix, 'conda-meta')) ? [join(prefix, 'lib', `libsndfile.${ending}`)] : [];
  const wheel = folders.flatMap((folder) => wheelNames().map((name) => join(folder, '_soundfile_data', name)));
  return [...conda, ...wheel].find(existsSync);
}

/**
 * soundfile's wheel without its Python dependencies: only the libsndfile in it is used. In an environment of the user's any
 * version will do, and stays.
 */
export async function installLibsndfile() {
  const [soundfile] = readLock().filter(({ name }) => name === 'soundfile');
  const version = environmentPrefix() === place.environment ? soundfile.version : undefined;
  if (isInstalled(describePython(environmentPython()).folders, soundfile.name, version)) return;
  await step(`Installing ${soundfile.name} ${soundfile.version}`, () => installLocked([soundfile]));
}

/** Links libsndfile, which decodes audio, to the place where the library finds it without Python. */
export async function linkLibsndfile() {
  const target = findLibsndfile(environmentPrefix(), describePython(environmentPython()).folders);
  if (!target) {
    const { platform, arch } = process;
    const advice = `install libsndfile 1.2 and name its file in the variable ONPA_LIBSNDFILE`;
    if (process.env.ONPA_LIBSNDFILE) return;
    throw new SetupError(`soundfile's wheel has no libsndfile for ${platform} on ${arch}: ${advice}.`);
  }
  const link = lstatSync(linkedLibsndfile, { throwIfNoEntry: false });
  if (link?.isSymbolicLink() && readlinkSync(linkedLibsndfile) === target) return;
  await step('Linking libsndfile', async () => {
    const load = 'require("koffi").load(process.argv[1])';
    await run(process.execPath, ['-e', load, target], { hint: 'libsndfile does not load.' });
    mkdirSync(join(linkedLibsndfile, '..'), { recursive: true });
    rmSync(linkedLibsndfile, { force: true });
    symlinkSync(target, linkedLibsndfile);
  });
}
