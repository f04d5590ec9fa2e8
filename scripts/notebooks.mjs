// Runs the notebooks top to bottom: npm run notebooks [-- [--inplace] [--timeout SECONDS] [NAME …]]
import { join } from 'node:path';
import { resultsFolder } from './results.mjs';
import { runPython } from './setup/foreground.mjs';
import { root } from './setup/root.mjs';

resultsFolder();
await runPython([join(root, 'scripts', 'run_notebooks.py'), ...process.argv.slice(2)], root);
