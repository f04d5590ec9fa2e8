// Sets up whatever is missing: npm packages, the Python environment with JupyterLab and TensorFlow, the TensorFlow
// link, the library and the Jupyter kernel. The link is the library's own affair, in lib/setup. Every step looks at what is
// there and runs only if that is not enough, so a second run, or a run after Ctrl-C, repairs and otherwise does nothing.
//   npm run setup               TensorFlow for the CPU
//   ONPA_GPU=1 npm run setup    TensorFlow and CUDA for an NVIDIA GPU; kept until ONPA_GPU=0
import { nodeProblem } from '../lib/setup/node.mjs';

const problem = nodeProblem(process.version);
if (problem) {
  console.error(`Set-up cannot start:\n  - ${problem}`);
  process.exit(1);
}
// The steps use what an old Node lacks, so they are loaded only after this check; it has no top-level await either.
Promise.all([import('../lib/setup/main.mjs'), import('./setup/steps.mjs')]).then(([{ main }, { setUp }]) =>
  main(setUp),
);
