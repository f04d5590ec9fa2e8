import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { libraryVersion } from 'onpa/dist/library-version.js';
import { inRepository } from './fixtures.js';

/** npm's settings of this checkout are none of the other project's, but for where packages come from. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(registry|cache|proxy|https_proxy)$)/i.test(name)),
);

describe('The package onpa, installed alone', () => {
  let folder: string;
  const installed = (...parts: string[]) => join(folder, 'node_modules', ...parts);

  /** What a program prints and with which status it ends. */
  function runs(program: string, args: string[], env: Record<string, string> = {}) {
    const options = { cwd: folder, env: { ...environment, ...env }, encoding: 'utf8' as const };
    const { status, stdout, stderr } = spawnSync(program, args, options);
    return { status, stdout, stderr };
  }
  const node = (script: string) => runs(process.execPath, ['--eval', script]);
  const onpa = (args: string[], env?: Record<string, string>) => runs(installed('.bin', 'onpa'), args, env);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-alone-'));
    writeFileSync(join(folder, 'package.json'), '{}');
    const pack = ['pack', '--pack-destination', folder, '--json'];
    const [{ filename }] = JSON.parse(
      execFileSync('npm', pack, { cwd: inRepository('lib'), encoding: 'utf8', stdio: 'pipe' }),
    );
    const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...quiet, filename], { cwd: folder, env: environment, stdio: 'pipe' });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('brings neither tslab nor a package whose script downloads a TensorFlow', () => {
    const { packages }: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
      readFileSync(join(folder, 'package-lock.json'), 'utf8'),
    );
    const withScript = Object.keys(packages).filter((path) => packages[path].hasInstallScript);
    // They look for what they bring along, or print a line.
    deepEqual(
      withScript.sort(),
      ['core-js', 'koffi', 'zeromq'].map((name) => `node_modules/${name}`),
    );
    ok(!existsSync(installed('tslab')));
  });

  it('computes at once, by require and by import, without TensorFlow', () => {
    const computed = 'melSpectrogram({ samples: new Float32Array(4000).fill(0.5), sampleRate: 8000 }).rows';
    equal(node(`console.log(require('onpa').${computed})`).stdout, '128\n');
    for (const name of ['onpa', 'onpa/dsp']) {
      writeFileSync(join(folder, 'page.mjs'), `import { melSpectrogram } from '${name}'; console.log(${computed});`);
      equal(runs(process.execPath, ['page.mjs']).stdout, '128\n');
    }
  });

  it('says which command links TensorFlow and libsndfile', () => {
    const saying = (call: string) => node(`try { ${call} } catch (e) { console.log(e.name, e.message) }`).stdout;
    const advice = 'is not linked: run npx onpa setup, then start again';
    match(saying("require('onpa').tf.ones([2])"), new RegExp(`^SetupError TensorFlow, .*, ${advice}$`, 'm'));
    const libsndfile = saying("require('onpa/dist/audio/libsndfile.js').libsndfile()");
    match(libsndfile, new RegExp(`^SetupError libsndfile, .*, ${advice}$`, 'm'));
  });

  it('says that its kernel needs tslab', () => {
    match(
      node("require('onpa/dist/kernel/main.js')").stderr,
      /The TypeScript kernel needs the package tslab, .*: npm install tslab/,
    );
  });

  it('has a usage, also for a command that there is not', () => {
    equal(onpa(['--help']).status, 0);
    match(onpa(['--help']).stdout, /onpa setup .*\n.*onpa doctor /);
    const { status, stderr } = onpa(['stup']);
    equal(status, 2);
    match(stderr, /^onpa stup is no command\.\n\nnpx onpa setup/);
  });

  it('has a doctor that says what is not linked, and checks the rest', () => {
    const { status, stdout } = onpa(['doctor']);
    equal(status, 1);
    match(stdout, new RegExp(`^onpa ${libraryVersion().replaceAll('.', '\\.')}, Node`));
    match(stdout, /^TensorFlow.* is not linked: run npx onpa setup/m);
    match(stdout, /^libsndfile.* is not linked: run npx onpa setup/m);
    for (const name of ['stft', 'melSpectrogram', 'mfcc', 'resample'])
      match(stdout, new RegExp(`^${name} .* right$`, 'm'));
    ok(!/forward pass/.test(stdout));
  });

  it('says all that a set-up lacks before it does anything', () => {
    const { status, stdout, stderr } = onpa(['setup'], { PYTHON: '/no/python', VIRTUAL_ENV: '', CONDA_PREFIX: '' });
    equal(status, 1);
    match(stderr, /^Set-up cannot start:\n(.*\n)* {2}- PYTHON=\/no\/python is not there: name another one/);
    equal(stdout, '');
    ok(!existsSync(installed('onpa', 'deps', 'python')));
  });

  it('takes no TensorFlow of another version from who has an environment active', () => {
    const active = join(folder, 'environment');
    const site = join(active, 'lib');
    mkdirSync(join(site, 'tensorflow-2.1.0.dist-info'), { recursive: true });
    mkdirSync(join(site, 'pip-1.0.dist-info'));
    mkdirSync(join(active, 'bin'));
    for (const name of ['tensorflow-2.1.0', 'pip-1.0']) writeFileSync(join(site, `${name}.dist-info`, 'RECORD'), '');
    writeFileSync(join(active, 'bin', 'python'), `#!/bin/sh\necho 12\necho ${site}\n`, { mode: 0o755 });
    match(
      onpa(['setup'], { VIRTUAL_ENV: active }).stderr,
      /The active environment .* has tensorflow 2\.1\.0, and onpa needs [\d.]+: deactivate it/,
    );
  });

  it('is set up by one command, with the TensorFlow of the active environment, and again without doing anything', async () => {
    const { environmentPrefix } = await import(pathToFileURL(inRepository('lib', 'setup', 'python.mjs')).href);
    // As after a set-up that was interrupted when it had compiled: half a minute less.
    const addon = installed('onpa', 'deps', 'tfjs-node-gpu');
    cpSync(inRepository('lib', 'deps', 'tfjs-node-gpu'), addon, { recursive: true });
    rmSync(join(addon, 'deps'), { recursive: true });
    const active = { VIRTUAL_ENV: environmentPrefix() };
    const first = runs('npx', ['onpa', 'setup'], active);
    equal(first.status, 0, first.stderr);
    match(first.stdout, /^Linking TensorFlow … \d+ s\nLinking libsndfile … \d+ s\nReady: .*tensorflow.*\n$/);
    match(onpa(['setup'], active).stdout, /^Ready: .*\n$/);
  });

  it('has a doctor that finds all of it right then', () => {
    const { status, stdout } = onpa(['doctor']);
    equal(status, 0, stdout);
    match(stdout, /^TensorFlow [\d.]+, on the .PU$/m);
    match(stdout, /^libsndfile [\d.]+$/m);
    for (const name of ['stft', 'load', 'forward pass', 'training step']) {
      match(stdout, new RegExp(`^${name} +[\\d.]+ +[\\d.e+-]+ +[\\d.e-]+ +right$`, 'm'));
    }
  });

  it('has a doctor that finds what is wrong', () => {
    const file = installed('onpa', 'doctor', 'reference.json');
    const reference = JSON.parse(readFileSync(file, 'utf8'));
    reference.results.mfcc.values[5] += 1;
    writeFileSync(file, JSON.stringify(reference));
    const { status, stdout } = onpa(['doctor']);
    equal(status, 1);
    match(stdout, /^mfcc .* WRONG$/m);
    match(stdout, /^Python computes something else \(librosa .*\): mfcc\./m);
  });

  it('has a doctor that goes on where a part fails', () => {
    const file = installed('onpa', 'doctor', 'reference.json');
    const reference = JSON.parse(readFileSync(file, 'utf8'));
    reference.flac = reference.flac.slice(0, 40);
    writeFileSync(file, JSON.stringify(reference));
    const { status, stdout } = onpa(['doctor']);
    equal(status, 1);
    match(stdout, /^load +FAILED: .+$/m);
    match(stdout, /^training step .* right$/m);
  });
});
