import { relative } from 'node:path';
import { installKernel } from './kernel.mjs';
import { buildLibrary } from './library.mjs';
import { installLibsndfile, linkLibsndfile } from './libsndfile.mjs';
import { installPackages } from './packages.mjs';
import { environmentPrefix, installPython, pythonProblem } from './python.mjs';
import { root, SetupError } from './run.mjs';
import { compilerProblem, installTensorFlow, linkTensorFlow, tensorflowVersion } from './tensorflow.mjs';

/** Runs every step that is needed and returns one line that says what is there now. */
export async function setUp() {
  const problems = [compilerProblem(), pythonProblem()].filter(Boolean);
  if (problems.length) throw new SetupError(['Set-up cannot start:', ...problems].join('\n  - '));
  await installPackages();
  await installPython();
  const tensorflow = await installTensorFlow();
  await linkTensorFlow();
  await installLibsndfile();
  await linkLibsndfile();
  await installKernel();
  await buildLibrary();
  const prefix = environmentPrefix();
  const place = prefix.startsWith(root) ? relative(root, prefix) : prefix;
  return `Ready: ${place}, ${tensorflow} ${tensorflowVersion()}, Node ${process.version}`;
}
