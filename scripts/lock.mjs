// Writes requirements.lock, and those of lib/setup and course: each Python package that the requirements.txt beside it
// needs, for every Python and system that is supported, with the hashes of its files on PyPI.
//   npm run lock                 needs uv (pip install uv)
//   npm run lock -- course       only those of course/
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRequirements } from '../lib/setup/lock.mjs';
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

const course = join(root, 'course');
// course/ itself and its folders, but for the hub, whose packages go beside JupyterLab's.
const asking = readdirSync(course, { recursive: true }).filter((name) =>
  /^(?!hub\/)([\w-]+\/)?requirements\.txt$/.test(name),
);
for (const file of asking) {
  const folder = dirname(join(course, file));
  write(folder, section('What it asks for, and what that needs', only(resolve(pinsOf(folder)), /./)));
}
if (process.argv[2] === 'course') process.exit();

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
