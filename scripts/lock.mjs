// Writes requirements.lock, and those of lib/setup and course/hub: each Python package that the requirements.txt beside it
// needs, for every Python and system that is supported, with the hashes of its files on PyPI.
//   npm run lock       needs uv (pip install uv)
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLock, readRequirements } from '../lib/setup/lock.mjs';
import { library } from '../lib/setup/place.mjs';
import { findProgram } from '../lib/setup/run.mjs';
import { root } from './setup/root.mjs';

const uv = findProgram(['uv']);
if (!uv) {
  console.error('uv is not on the PATH: pip install uv');
  process.exit(1);
}

function resolve(requirements, options = []) {
  const fixed = ['--universal', '--python-version', '3.10', '--generate-hashes', '--no-build', '--no-config'];
  const quiet = ['--quiet', '--no-header', '--no-annotate'];
  const args = ['pip', 'compile', ...fixed, ...quiet, ...options, '-'];
  return execFileSync(uv, args, { input: requirements.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 26 });
}

const only = (text, name) => text.match(/^\S+==.*(?:\n +--hash=.*)*/gm).filter((entry) => name.test(entry));

const pinsOf = (folder) =>
  readRequirements(join(folder, 'requirements.txt')).map(({ name, version }) => `${name}==${version}`);

function write(folder, ...sections) {
  const header = '# Made of requirements.txt by `npm run lock`; set-up installs from it what this machine needs.\n';
  writeFileSync(join(folder, 'requirements.lock'), [header, ...sections].join('\n'));
}

const section = (title, entries) => `# ${title}\n${entries.join('\n')}\n`;

write(root, section('JupyterLab and what it needs', only(resolve(pinsOf(root)), /./)));

const setup = join(library, 'setup');
const libraries = pinsOf(setup);
const tensorflow = libraries.find((pin) => pin.startsWith('tensorflow=='));
const cuda = resolve([tensorflow.replace('==', '[and-cuda]==')]);
write(
  setup,
  section(
    'Only for their C libraries: without what their Python parts need',
    only(resolve(libraries, ['--no-deps']), /./),
  ),
  section("NVIDIA's libraries, for ONPA_GPU=1", only(cuda, /^nvidia-/)),
);

// In the same environment as the lessons: what these have is kept, and only what is new is listed.
const hub = join(root, 'course', 'hub');
const lessons = join(root, 'requirements.lock');
const known = new Set(readLock(lessons).map(({ name }) => name));
const more = only(resolve(pinsOf(hub), ['--constraint', lessons]), /./);
write(
  hub,
  section(
    'JupyterHub and what it needs',
    more.filter((entry) => !known.has(entry.split('==')[0])),
  ),
);
