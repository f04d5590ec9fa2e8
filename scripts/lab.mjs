// JupyterLab on notebooks/; further arguments go to it: npm run lab -- --no-browser --port 8899
import { join } from 'node:path';
import { runPython } from './setup/foreground.mjs';
import { root } from './setup/root.mjs';

const notebooks = join(root, 'notebooks');
// In a container one is often root; Jupyter refuses that unless told.
const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
const given = process.argv.slice(2);
const folder = given.some((arg) => arg.startsWith('--ServerApp.root_dir='))
  ? []
  : [`--ServerApp.root_dir=${notebooks}`];
await runPython(['-m', 'jupyterlab', ...folder, ...asRoot, ...given], notebooks);
