// JupyterLab on notebooks/, or on copies for who can only read these; further arguments go to it:
//   npm run lab -- --no-browser --port 8899
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { canWrite } from '../lib/setup/scratch.mjs';
import { copyLessons } from './copy_lessons.mjs';
import { runPython } from './setup/foreground.mjs';
import { root } from './setup/root.mjs';

const { outputPath } = createRequire(import.meta.url)('../lib/dist/output-path.js');
// The same folder for all notebooks, whichever folder each is in.
process.env.ONPA_OUTPUT = outputPath();

/** The lessons, where they can be saved. */
function lessonsFolder() {
  const lessons = join(root, 'notebooks');
  if (canWrite(lessons)) return lessons;
  const copies = outputPath('lessons');
  copyLessons(lessons, copies);
  console.log(`You cannot write in ${lessons}: your copies of the lessons are in ${copies}`);
  return copies;
}

// In a container one is often root; Jupyter refuses that unless told.
const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
const given = process.argv.slice(2);
const isNamed = given.some((arg) => arg.startsWith('--ServerApp.root_dir='));
const notebooks = isNamed ? join(root, 'notebooks') : lessonsFolder();
const folder = isNamed ? [] : [`--ServerApp.root_dir=${notebooks}`];
await runPython(['-m', 'jupyterlab', ...folder, ...asRoot, ...given], notebooks);
