// JupyterLab on notebooks/, or on copies for who can only read these; further arguments go to it:
//   npm run lab -- --no-browser --port 8899
import { join } from 'node:path';
import { bringLessons } from '../course/hub/lessons.mjs';
import { canWrite } from '../lib/setup/scratch.mjs';
import { resultsFolder } from './results.mjs';
import { runPython } from './setup/foreground.mjs';
import { root } from './setup/root.mjs';

const results = resultsFolder();

/** The lessons, where they can be saved. */
function lessonsFolder() {
  const lessons = join(root, 'notebooks');
  if (canWrite(lessons)) return lessons;
  const copies = join(results, 'lessons');
  const { corrected } = bringLessons(lessons, copies);
  console.log(`You cannot write in ${lessons}: your copies of the lessons are in ${copies}`);
  if (corrected.length > 0) console.log(`Corrected, beside what you have changed: ${corrected.join(', ')}`);
  return copies;
}

// In a container one is often root; Jupyter refuses that unless told.
const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
const given = process.argv.slice(2);
const isNamed = given.some((arg) => arg.startsWith('--ServerApp.root_dir='));
const notebooks = isNamed ? join(root, 'notebooks') : lessonsFolder();
const folder = isNamed ? [] : [`--ServerApp.root_dir=${notebooks}`];
await runPython(['-m', 'jupyterlab', ...folder, ...asRoot, ...given], notebooks);
