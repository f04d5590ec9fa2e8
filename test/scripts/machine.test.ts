import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { asAnybody } from '../as-anybody.js';

const load = (name: string) => import(pathToFileURL(resolve('lib/setup', name)).href);

/** A server on the loopback interface that takes connections until the returned function is called. */
async function openPort(): Promise<{ url: string; close: () => Promise<unknown> }> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => once(server.close(), 'close');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** An address at which nobody listens. */
async function closedPort(): Promise<string> {
  const { url, close } = await openPort();
  await close();
  return url;
}

describe('Set-up on a machine that lacks something', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa machine '));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A checkout without anything installed, and fake programs that are alone on its PATH. */
  function checkout(npm: string): { scripts: string; env: Record<string, string>; log: () => string } {
    const root = mkdtempSync(join(folder, 'checkout-'));
    for (const name of ['scripts', 'lib/setup', 'package-lock.json', 'requirements.lock']) {
      cpSync(resolve(name), join(root, name), { recursive: true });
    }
    const bin = join(root, 'bin');
    mkdirSync(bin);
    const fakes = { npm, python3: 'echo 12\necho /nowhere', 'g++': 'true', make: 'true' };
    for (const [name, script] of Object.entries(fakes)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const headers = join(root, 'include', 'node');
    mkdirSync(headers, { recursive: true });
    writeFileSync(join(headers, 'node_api.h'), '');
    const log = () => readFileSync(join(root, 'build', 'setup.log'), 'utf8');
    return { scripts: join(root, 'scripts'), env: { PATH: bin, HOME: root, npm_config_nodedir: root }, log };
  }

  async function runSetup(
    scripts: string,
    env: Record<string, string>,
    user: { uid?: number; gid?: number } = {},
  ): Promise<{ status: number; error: string }> {
    const child = spawn(process.execPath, [join(scripts, 'setup.mjs')], {
      ...user,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [error, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return { status, error };
  }

  it('says in one line that there is no network, and lets npm take from its cache alone', async () => {
    const { scripts, env, log } = checkout('echo "$@"\necho a hundred lines of npm\nexit 1');
    const registry = await closedPort();
    const { status, error } = await runSetup(scripts, { ...env, npm_config_registry: registry });
    assert.equal(status, 1);
    const server = new URL(registry).host;
    assert.match(
      error,
      new RegExp(`no connection to ${server} \\(ECONNREFUSED\\), where npm packages .*: go online, or`),
    );
    assert.doesNotMatch(error, /hundred lines/);
    assert.match(log(), /ci --ignore-scripts --offline/);
  });

  it('says before it installs anything that npm is too old, and how to have another', async () => {
    const { scripts, env, log } = checkout('echo 9.2.0');
    const { status, error } = await runSetup(scripts, env);
    assert.equal(status, 1);
    assert.match(error, /^npm 9\.2\.0 is too old: sudo npm install --global npm@10\b/);
    assert.throws(log, /ENOENT/);
  });

  it('says who can mend it where the checkout can only be read, and changes nothing', async () => {
    const { scripts, env } = checkout('exit 1');
    const root = dirname(scripts);
    for (const place of [folder, root]) chmodSync(place, 0o555);
    const before = readdirSync(root);
    try {
      const { status, error } = await runSetup(scripts, env, asAnybody());
      assert.equal(status, 1);
      assert.ok(
        error.startsWith(`Installing npm packages is needed, and you cannot write in ${root}/build. Ask who`),
        error,
      );
      assert.match(error, /keeps .* for npm run setup there, or make a copy of it in a folder of your own\.\n$/);
      assert.deepEqual(readdirSync(root), before);
    } finally {
      for (const place of [folder, root]) chmodSync(place, 0o755);
    }
  });

  it('names the Python that another user has made the environment with, and who can mend that', async () => {
    const { scripts, env } = checkout('exit 0');
    const root = dirname(scripts);
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const installed = Object.keys(wanted).filter((name) => name.startsWith('node_modules/'));
    for (const name of installed) {
      mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, name, 'package.json'), '{}');
    }
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: wanted }));
    mkdirSync(join(root, '.venv', 'bin'), { recursive: true });
    symlinkSync('/nowhere/bin/python3', join(root, '.venv', 'bin', 'python'));
    writeFileSync(join(root, '.venv', 'pyvenv.cfg'), 'home = /nowhere/bin\n');
    for (const place of [folder, root]) chmodSync(place, 0o555);
    try {
      const { error } = await runSetup(scripts, env, asAnybody());
      assert.match(
        error,
        /^The Python of .*\.venv, from \/nowhere\/bin, does not start for you.*PYTHON=.* npm run setup\.\n$/,
      );
    } finally {
      for (const place of [folder, root]) chmodSync(place, 0o755);
    }
  });

  it('names the proxy that does not answer', async () => {
    const { unreachable } = await load('network.mjs');
    const { host } = new URL(await closedPort());
    for (const HTTPS_PROXY of [host, `http://${host}`]) {
      const problem = await unreachable('https://registry.npmjs.org', { env: { HTTPS_PROXY } });
      assert.equal(problem, `no connection to the proxy ${host} (ECONNREFUSED)`);
    }
  });

  it('takes a server that answers, and one behind a proxy that does', async () => {
    const { unreachable } = await load('network.mjs');
    const { url, close } = await openPort();
    assert.equal(await unreachable(url, { env: {} }), undefined);
    assert.equal(await unreachable('https://nowhere.invalid', { env: { https_proxy: url } }), undefined);
    await close();
  });

  it('gives npm a cache in the checkout where the home cannot be written', async () => {
    const { scripts, env, log } = checkout('echo "cache: $npm_config_cache"\nexit 1');
    const { url, close } = await openPort();
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    // Nobody can write below a file, not even root.
    await runSetup(scripts, { ...env, npm_config_registry: url, HOME: file });
    await close();
    assert.match(log(), /cache: .*checkout-\w+\/build\/npm-cache/);
  });

  it('leaves npm its cache where that can be written', async () => {
    const { npmEnvironment } = await load('npm.mjs');
    const env = { npm_config_cache: join(folder, 'cache') };
    assert.equal(npmEnvironment(env), env);
  });

  it('builds in another folder where the one for temporary files cannot be written or has a space in its path', async () => {
    const { temporaryFolder, temporaryProblem } = await load('scratch.mjs');
    const plain = mkdtempSync(join(tmpdir(), 'onpa-'));
    assert.equal(temporaryFolder([join(plain, 'gone'), folder, plain]), plain);
    assert.equal(temporaryProblem([folder, plain]), undefined);
    assert.match(temporaryProblem([folder]), /^No temporary file can be written \(.*\): name a folder .*TMPDIR=/);
    rmSync(plain, { recursive: true });
  });

  it('says where Node’s headers come from where there are none and no network', async () => {
    const { headersProblem } = await load('headers.mjs');
    const env = { NODEJS_ORG_MIRROR: await closedPort(), XDG_CACHE_HOME: folder };
    const problem = await headersProblem(folder, env);
    assert.match(problem, /^no connection to .*, and this Node has no headers in .*: install them \(.*libnode-dev\)/);
    const { env: withHeaders } = checkout('true');
    assert.equal(await headersProblem(folder, { ...env, ...withHeaders }), undefined);
  });

  it('stops npm 6, which would run nothing and say nothing, by a setting that it cannot read', () => {
    const settings = readFileSync('.npmrc', 'utf8');
    const [, unknown] = /^init-author-name=\$\{(.+)\}$/m.exec(settings)!;
    assert.match(unknown, /too old: install Node 20\.19/);
    assert.equal(process.env[unknown], undefined);
  });
});

for (const folder of ['.', 'lib/setup']) {
  const [lockFile, requirements] = ['requirements.lock', 'requirements.txt'].map((name) => join(folder, name));

  describe(lockFile, () => {
    it('has each package that requirements.txt asks for, in its version', async () => {
      const { readLock, readRequirements } = await load('lock.mjs');
      const locked = readLock(lockFile).map(
        ({ name, version }: { name: string; version: string }) => `${name}==${version}`,
      );
      const wanted = readRequirements(requirements);
      assert.ok(wanted.length > 0);
      for (const { name, version } of wanted) assert.ok(locked.includes(`${name}==${version}`), name);
    });

    it('has a SHA-256 for each package', async () => {
      const { readLock } = await load('lock.mjs');
      const lock: { name: string; text: string }[] = readLock(lockFile);
      const lines = readFileSync(lockFile, 'utf8').match(/^\S+==/gm)!;
      assert.ok(lock.length > 10 && lock.length === lines.length);
      for (const { name, text: entry } of lock) assert.match(entry, /\n {4}--hash=sha256:[0-9a-f]{64}/, name);
    });

    it('is installed as it is: no dependency beside it, no file without its hash, no code of a package', async () => {
      const { lockedArguments, readLock } = await load('lock.mjs');
      const target = join(mkdtempSync(join(tmpdir(), 'onpa-lock-')), 'requirements.txt');
      const args: string[] = lockedArguments(readLock(lockFile).slice(0, 2), target);
      for (const option of ['--no-deps', '--require-hashes', '--only-binary']) assert.ok(args.includes(option));
      assert.equal(readFileSync(target, 'utf8').match(/^\S+==/gm)!.length, 2);
    });
  });
}
