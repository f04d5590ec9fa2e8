import { makeEnvironment } from '../../lib/setup/python.mjs';
import { checkMachine, linkNative } from '../../lib/setup/steps.mjs';
import { installJupyter } from './jupyter.mjs';
import { installKernel } from './kernel.mjs';
import { buildLibrary } from './library.mjs';
import { installPackages } from './packages.mjs';

/** Runs every step that is needed and returns one line that says what is there now. */
export async function setUp() {
  await checkMachine();
  await installPackages();
  await makeEnvironment();
  await installJupyter();
  const ready = await linkNative();
  await installKernel();
  await buildLibrary();
  return ready;
}
