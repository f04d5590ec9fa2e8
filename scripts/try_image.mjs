// Tries the Dockerfile without Docker: a fresh Debian for each stage, its steps in it, as its users, then a lesson and the doctor.
//   sudo npm run image                               the students' stage and those below it, and what is tried in it
//   sudo npm run image -- build npm run notebooks    a command in one stage, as a container would start it
// Needs Linux, root, debootstrap and 9 GB; what it makes is in build/image, or in ONPA_IMAGE_FOLDER, and goes when it ends, unless
// KEEP=1. A folder that has anything else in it is not touched.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { findProgram } from '../lib/setup/run.mjs';
import { lastStep, neededFor, readStages } from './image/stages.mjs';
import { root } from './setup/root.mjs';

const work = resolve(process.env.ONPA_IMAGE_FOLDER ?? join(root, 'build', 'image'));
/** In a folder that an earlier run has made, and may be emptied. */
const MARK = join(work, '.onpa-image');
const ARCHIVE = 'http://deb.debian.org/debian';
/** A company's proxy, or whatever else this machine trusts besides the usual. */
const CERTIFICATES = process.env.NODE_EXTRA_CA_CERTS;

const [wanted = 'course', ...command] = process.argv.slice(2);
const stages = readStages(join(root, 'Dockerfile'));

function problems() {
  const found = [];
  if (process.getuid?.() !== 0) found.push('only root may make a file system of its own: sudo npm run image');
  for (const [program, name] of [
    ['debootstrap', 'debootstrap'],
    ['unshare', 'util-linux'],
  ]) {
    if (!findProgram([program])) found.push(`${program} is missing: apt install ${name}`);
  }
  if (existsSync(work) && !existsSync(MARK) && (!statSync(work).isDirectory() || readdirSync(work).length > 0)) {
    found.push(`${work} has files of others, and would be deleted: name an empty folder in ONPA_IMAGE_FOLDER`);
  }
  if (!stages.some(({ name }) => name === wanted)) {
    found.push(`the Dockerfile has no stage ${wanted}: it has ${stages.map(({ name }) => name).join(', ')}`);
  }
  return found;
}

const rootOf = (stage) => join(work, stage);

/** Files of the checkout as `docker build` sees them: what git knows or would, without what .dockerignore leaves out. */
function contextFiles() {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').match(/^[^#*\s].*$/gm);
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\0');
  const leftOut = (file) => ignored.some((path) => file === path || file.startsWith(`${path}/`));
  return files.filter((file) => file && !leftOut(file) && existsSync(join(root, file)));
}

/** Puts a file, or what a folder holds, in its place; what is there already keeps its owner. */
function put(fill, place, owner, state) {
  const scratch = join(state.root, '.copied');
  fill(scratch);
  execFileSync('chroot', [state.root, 'chown', '-R', owner, '/.copied']);
  mkdirSync(dirname(place), { recursive: true });
  if (!existsSync(place) || !statSync(scratch).isDirectory()) renameSync(scratch, place);
  else execFileSync('sh', ['-c', 'tar -C "$0" -cf - . | tar -C "$1" -xpf - --no-overwrite-dir', scratch, place]);
  rmSync(scratch, { recursive: true, force: true });
}

function copyFile(path, goal) {
  mkdirSync(dirname(goal), { recursive: true });
  cpSync(path, goal, { verbatimSymlinks: true });
}

function copy({ sources, target, flags }, state) {
  const into = join(state.root, target.startsWith('/') ? target : join(state.folder, target));
  const from = flags.from ? rootOf(flags.from) : root;
  const files = flags.from ? undefined : contextFiles();
  for (const source of sources) {
    const path = join(from, source);
    if (!existsSync(path)) throw new Error(`COPY ${source}: there is none`);
    const isFolder = statSync(path).isDirectory();
    const inside = files?.filter((file) => source === '.' || file.startsWith(`${source}/`));
    const fill = (scratch) => {
      if (!inside || !isFolder) execFileSync('cp', ['-aT', path, scratch]);
      else for (const file of inside) copyFile(join(root, file), join(scratch, relative(source, file)));
    };
    const place = target.endsWith('/') && !isFolder ? join(into, basename(source)) : into;
    put(fill, place, flags.chown ?? 'root:root', state);
  }
}

/** Runs a command as a container would: processes, mounts and user of its own. */
function enter(state, words) {
  const inside = [
    'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/tmp"',
    'cp /etc/resolv.conf "$0/etc/resolv.conf"',
    `exec chroot --userspec="$1" "$0" /bin/sh -c 'cd "$0" && exec "$@"' "$2" "\${@:3}"`,
  ].join(' && ');
  const home = state.user === 'root' ? '/root' : `/home/${state.user}`;
  const trust = CERTIFICATES ? { NODE_EXTRA_CA_CERTS: '/etc/onpa-proxy.pem', PIP_CERT: '/etc/onpa-proxy.pem' } : {};
  const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];
  const args = [...namespaces, 'bash', '-c', inside, state.root, state.user, state.folder];
  const variables = { PATH, HOME: home, DEBIAN_FRONTEND: 'noninteractive', ...trust, ...state.env };
  const inner = ['env', '-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
  return spawnSync('unshare', [...args, ...inner, ...words], { stdio: ['ignore', 'inherit', 'inherit'] }).status;
}

const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(0)} s`;

function runStep(step, state) {
  const start = performance.now();
  console.log(`  ${step.keyword} ${step.text.slice(0, 100)}`);
  if (step.keyword === 'COPY') copy(step, state);
  else if (step.keyword === 'RUN') {
    const status = enter(state, ['/bin/sh', '-c', step.text]);
    if (status !== 0) throw new Error(`ended with status ${status}: RUN ${step.text}`);
  } else if (step.keyword === 'ENV') Object.assign(state.env, step.settings);
  else if (step.keyword === 'USER') state.user = step.text;
  else if (step.keyword === 'WORKDIR') {
    state.folder = step.text;
    mkdirSync(join(state.root, step.text), { recursive: true });
  } else if (!['CMD', 'ENTRYPOINT', 'EXPOSE'].includes(step.keyword))
    throw new Error(`${step.keyword} is not known here`);
  if (['COPY', 'RUN'].includes(step.keyword)) console.log(`    ${seconds(start)}`);
}

const states = new Map();

function build({ name, base, steps }) {
  const below = states.get(base);
  const state = { user: 'root', folder: '/', ...below, env: { ...below?.env }, root: rootOf(name) };
  states.set(name, state);
  console.log(`FROM ${base} AS ${name}`);
  rmSync(state.root, { recursive: true, force: true });
  if (below) execFileSync('cp', ['-aT', below.root, state.root]);
  else {
    const [, release] = /^debian:(\w+)-slim$/.exec(base) ?? [];
    if (!release) throw new Error(`FROM ${base}: only debian:…-slim can be tried`);
    const log = execFileSync('debootstrap', ['--variant=minbase', release, state.root, ARCHIVE], { encoding: 'utf8' });
    writeFileSync(join(work, 'debootstrap.log'), log);
    if (CERTIFICATES) cpSync(CERTIFICATES, join(state.root, 'etc', 'onpa-proxy.pem'));
  }
  for (const step of steps) runStep(step, state);
  console.log(`  ${execFileSync('du', ['-sh', state.root], { encoding: 'utf8' }).split('\t')[0]}\n`);
}

/** Starts a container's command behind its entry point. */
function start(name, words) {
  const entry = lastStep(stages, name, 'ENTRYPOINT')?.words ?? [];
  const began = performance.now();
  console.log(`$ ${words.join(' ')}`);
  const status = enter(states.get(name), [...entry, ...words]);
  console.log(`  ended with status ${status} after ${seconds(began)}`);
  if (status !== 0) process.exitCode = 1;
}

const lesson = (name) => [
  ...['jupyter', 'nbconvert', '--to', 'notebook', '--execute', '--output-dir=/home/student/run'],
  `/home/student/onpa/${name}.ipynb`,
];

const missing = problems();
if (missing.length > 0) {
  console.error(['The image cannot be tried:', ...missing].join('\n  - '));
  process.exit(1);
}
mkdirSync(work, { recursive: true });
writeFileSync(MARK, '');
try {
  for (const stage of neededFor(stages, wanted)) build(stage);
  if (command.length > 0) start(wanted, command);
  else if (wanted === 'course') {
    start(wanted, ['node', '/opt/onpa/lib/bin/onpa.mjs', 'doctor']);
    start(wanted, lesson('01-waveform'));
    start(wanted, ['jupyterhub-singleuser', '--version']);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (process.env.KEEP !== '1') rmSync(work, { recursive: true, force: true });
}
