// JupyterLab on notebooks/; further arguments go to it: npm run lab -- --no-browser --port 8899
import { join } from 'node:path';
import { runPython } from './setup/foreground.mjs';
import { root } from './setup/run.mjs';

const notebooks = join(root, 'notebooks');
await runPython(['-m', 'jupyterlab', `--ServerApp.root_dir=${notebooks}`, ...process.argv.slice(2)], notebooks);
