// Runs the notebooks top to bottom: npm run notebooks [-- [--inplace] [--timeout SECONDS] [NAME …]]
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runPython } from './setup/foreground.mjs';
import { root } from './setup/root.mjs';

const { outputPath } = createRequire(import.meta.url)('../lib/dist/output-path.js');
// The same folder for this program and for the lessons, whichever folder each runs in.
process.env.ONPA_OUTPUT = outputPath();
await runPython([join(root, 'scripts', 'run_notebooks.py'), ...process.argv.slice(2)], root);
