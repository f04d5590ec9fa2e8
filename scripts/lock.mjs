// Writes requirements.lock: each Python package that requirements.txt needs, for every Python and system that the
// course supports, with the hashes of its files on PyPI.
//   npm run lock       needs uv (pip install uv)
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRequirements } from './setup/lock.mjs';
import { findProgram, root } from './setup/run.mjs';

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

const pins = readRequirements().map(({ name, version }) => `${name}==${version}`);
const libraries = pins.filter((pin) => /^(tensorflow|soundfile)/.test(pin));
const tensorflow = pins.find((pin) => pin.startsWith('tensorflow=='));
const cuda = resolve([tensorflow.replace('==', '[and-cuda]==')]);

const sections = {
  'JupyterLab and what it needs': only(resolve(pins.filter((pin) => !libraries.includes(pin))), /./),
  'Only for their C libraries: without what their Python parts need': only(resolve(libraries, ['--no-deps']), /./),
  "NVIDIA's libraries, for ONPA_GPU=1": only(cuda, /^nvidia-/),
};
const text = Object.entries(sections).map(([title, entries]) => `# ${title}\n${entries.join('\n')}\n`);
const header =
  '# Made of requirements.txt by `npm run lock`; npm run setup installs from it what this machine needs.\n';
writeFileSync(join(root, 'requirements.lock'), [header, ...text].join('\n'));
