import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The set-up is plain JavaScript that also runs before any package is there; its modules are loaded by path. */
const load = (name: string) => import(pathToFileURL(resolve(name)).href);

const runSetup = (env: NodeJS.ProcessEnv = process.env) =>
  execFileSync(process.execPath, ['scripts/setup.mjs'], { env, encoding: 'utf8', stdio: 'pipe' });

describe('npm run setup', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-setup-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('says only that it is ready, and changes nothing, where everything is there', async () => {
    const { kernelFile } = await load('scripts/setup/kernel.mjs');
    const files = [
      kernelFile(),
      'node_modules/.package-lock.json',
      'lib/deps/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node',
      'lib/dist/index.js',
    ];
    const times = () => files.map((file) => statSync(file).mtimeMs);
    const earlier = times();
    assert.match(runSetup(), /^Ready: .*tensorflow.* [\d.]+, Node v[\d.]+\n$/);
    assert.deepEqual(times(), earlier);
  });

  it('installs a TypeScript kernel that runs the launcher of this checkout', async () => {
    const { kernelFile } = await load('scripts/setup/kernel.mjs');
    const spec = JSON.parse(readFileSync(kernelFile(), 'utf8'));
    assert.deepEqual(spec.argv, [process.execPath, resolve('lib/dist/kernel/main.js'), '{connection_file}']);
    assert.equal(spec.language, 'typescript');
    assert.equal(spec.env.MALLOC_MMAP_MAX_, '0');
  });

  it('asks for Node 20.19 on an older one', async () => {
    const { nodeProblem } = await load('lib/setup/node.mjs');
    for (const version of ['v16.20.2', 'v18.20.4', 'v20.18.3']) {
      assert.match(nodeProblem(version), new RegExp(`Node ${version} is too old: install Node 20\\.19 or later`));
    }
    for (const version of ['v20.19.0', 'v22.1.0', 'v24.0.0']) assert.equal(nodeProblem(version), undefined);
  });

  it('refuses an active environment without Python before it does anything', () => {
    const env = { ...process.env, VIRTUAL_ENV: join(folder, 'gone') };
    assert.throws(
      () => runSetup(env),
      (error: { stderr: string; stdout: string }) => {
        assert.match(error.stderr, /Set-up cannot start:\n {2}- The active environment .*gone has no working Python/);
        return error.stdout === '';
      },
    );
  });

  it('takes the active virtualenv, then the active conda environment except base, then .venv', async () => {
    const { environmentPrefix } = await load('lib/setup/python.mjs');
    assert.equal(environmentPrefix({ VIRTUAL_ENV: '/v', CONDA_PREFIX: '/c' }), '/v');
    assert.equal(environmentPrefix({ CONDA_PREFIX: '/c', CONDA_DEFAULT_ENV: 'onpa' }), '/c');
    assert.equal(environmentPrefix({ CONDA_PREFIX: '/c', CONDA_DEFAULT_ENV: 'base' }), resolve('.venv'));
    assert.equal(environmentPrefix({}), resolve('.venv'));
  });

  it('knows libsndfile in the wheels of every platform, and takes that of conda where it is', async () => {
    const { findLibsndfile, wheelNames } = await load('lib/setup/libsndfile.mjs');
    assert.deepEqual(wheelNames('linux', 'x64'), ['libsndfile_x86_64.so']);
    assert.deepEqual(wheelNames('linux', 'arm64'), ['libsndfile_arm64.so']);
    assert.deepEqual(wheelNames('darwin', 'arm64'), ['libsndfile_arm64.dylib']);
    assert.deepEqual(wheelNames('darwin', 'x64'), ['libsndfile_x86_64.dylib']);
    assert.deepEqual(wheelNames('win32', 'x64'), ['libsndfile_x64.dll']);
    const prefix = join(folder, 'conda');
    for (const part of ['conda-meta', 'lib']) mkdirSync(join(prefix, part), { recursive: true });
    assert.equal(findLibsndfile(prefix, []), undefined);
    const library = join(prefix, 'lib', process.platform === 'darwin' ? 'libsndfile.dylib' : 'libsndfile.so');
    writeFileSync(library, '');
    assert.equal(findLibsndfile(prefix, []), library);
  });

  it('takes TensorFlow.js from node_modules, in the version and with the hash that the package knows', async () => {
    const { ADDON_INTEGRITY, ADDON_VERSION } = await load('lib/setup/addon.mjs');
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const { version, integrity } = packages['node_modules/@tensorflow/tfjs-node-gpu'];
    assert.deepEqual([ADDON_VERSION, ADDON_INTEGRITY], [version, integrity]);
    assert.equal(packages['node_modules/@tensorflow/tfjs'].version, version);
  });

  it('sees that node_modules does not match the lock file after a package is gone', async () => {
    const { packagesMatchLock } = await load('scripts/setup/packages.mjs');
    assert.equal(packagesMatchLock(), true);
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['package-lock.json', 'node_modules/.package-lock.json']) {
      symlinkSync(resolve(name), join(folder, name));
    }
    assert.equal(packagesMatchLock(folder), false);
  });
});
