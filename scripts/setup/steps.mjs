import { relative } from 'node:path';
import { headersProblem } from './headers.mjs';
import { installKernel } from './kernel.mjs';
import { buildLibrary } from './library.mjs';
import { linkLibsndfile } from './libsndfile.mjs';
import { installPackages } from './packages.mjs';
import { environmentPrefix, installPython, pythonProblem } from './python.mjs';
import { root, SetupError } from './run.mjs';
import { temporaryProblem } from './scratch.mjs';
import {
  bindingIsBuilt,
  compilerProblem,
  installTensorFlow,
  linkTensorFlow,
  tensorflowVersion,
} from './tensorflow.mjs';

/** What else is missing to compile the TensorFlow link, if it is not there yet. */
const buildProblems = async () => (bindingIsBuilt() ? [] : [temporaryProblem(), await headersProblem()]);

/** Runs every step that is needed and returns one line that says what is there now. */
export async function setUp() {
  const problems = [compilerProblem(), pythonProblem(), ...(await buildProblems())].filter(Boolean);
  if (problems.length) throw new SetupError(['Set-up cannot start:', ...problems].join('\n  - '));
  await installPackages();
  await installPython();
  const tensorflow = await installTensorFlow();
  await linkTensorFlow();
  await linkLibsndfile();
  await installKernel();
  await buildLibrary();
  const prefix = environmentPrefix();
  const place = prefix.startsWith(root) ? relative(root, prefix) : prefix;
  return `Ready: ${place}, ${tensorflow} ${tensorflowVersion()}, Node ${process.version}`;
}
