import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { library } from '../../lib/setup/place.mjs';
import { environmentPrefix } from '../../lib/setup/python.mjs';
import { readIfThere, step } from '../../lib/setup/run.mjs';
import { canWrite } from '../../lib/setup/scratch.mjs';

/** Where Jupyter finds the TypeScript kernel of this environment. */
export const kernelFile = (prefix = environmentPrefix()) =>
  join(prefix, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');

/** The kernel of this checkout, the Node that runs now, and settings for TensorFlow. */
export function kernelSpec() {
  return {
    argv: [process.execPath, join(library, 'dist', 'kernel', 'main.js'), '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
    // A wish to stop comes by a message, which the kernel hears whatever it is at.
    interrupt_mode: 'message',
    // glibc would hand every large tensor back to the system and fetch it again: training is a tenth slower.
    env: { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: String(16 * 2 ** 30) },
  };
}

/** Whether a kernel spec starts this checkout's kernel, by whichever Node: for who can only read it, that will do. */
function isOfThisCheckout(spec) {
  const [node, launcher] = JSON.parse(spec ?? '{"argv":[]}').argv;
  return launcher === kernelSpec().argv[1] && existsSync(node);
}

/** Points the environment's kernel at this checkout; another checkout that shares the environment points it back. */
export async function installKernel() {
  const file = kernelFile();
  const wanted = `${JSON.stringify(kernelSpec(), null, 1)}\n`;
  const found = readIfThere(file);
  if (found === wanted || (!canWrite(dirname(file)) && isOfThisCheckout(found))) return;
  const install = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, wanted);
    renameSync(`${file}.new`, file);
  };
  await step('Installing the Jupyter kernel', install, dirname(file));
}
