import { installAddon } from './addon.mjs';
import { headersProblem } from './headers.mjs';
import { installLibsndfile, linkLibsndfile } from './libsndfile.mjs';
import { deps, shown } from './place.mjs';
import { environmentPrefix, makeEnvironment, pythonProblem } from './python.mjs';
import { SetupError } from './run.mjs';
import { canWrite, temporaryProblem } from './scratch.mjs';
import {
  bindingIsBuilt,
  compilerProblem,
  installTensorFlow,
  linkTensorFlow,
  otherTensorFlow,
  spaceProblem,
  tensorflowVersion,
} from './tensorflow.mjs';

/** What else is missing to compile the TensorFlow link, if it is not there yet. */
const buildProblems = async () => (bindingIsBuilt() ? [] : [temporaryProblem(), await headersProblem()]);

/** What this machine lacks, all at once, before anything is done. */
export async function checkMachine(...more) {
  const problems = [compilerProblem(), pythonProblem(), spaceProblem(), ...(await buildProblems()), ...more].filter(
    Boolean,
  );
  if (problems.length) throw new SetupError(['Set-up cannot start:', ...problems].join('\n  - '));
}

/** The C libraries of TensorFlow and libsndfile, linked to where the library looks for them. */
export async function linkNative() {
  const tensorflow = await installTensorFlow();
  await installAddon();
  await linkTensorFlow();
  await installLibsndfile();
  await linkLibsndfile();
  return `Ready: ${shown(environmentPrefix())}, ${tensorflow} ${tensorflowVersion()}, Node ${process.version}`;
}

const folderProblem = () =>
  canWrite(deps) ? undefined : `Nothing can be written in ${deps}: install onpa in a folder of your own`;

/** `npx onpa setup`: links what models and most sound files need, for a package that is installed without the course. */
export async function setUp() {
  await checkMachine(folderProblem(), otherTensorFlow());
  await makeEnvironment();
  return linkNative();
}
