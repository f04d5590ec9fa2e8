import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../fixtures.js';

describe('The packages of a lock', () => {
  let prefix: string;
  let python: string;
  before(async () => {
    const { environmentPython } = await import(pathToFileURL(inRepository('lib/setup/python.mjs')).href);
    python = environmentPython();
  });
  beforeEach(() => {
    prefix = mkdtempSync(join(tmpdir(), 'onpa environment '));
    mkdirSync(join(prefix, 'bin'));
    // A Python that counts how often pip is called, and installs nothing.
    const script = `#!/bin/sh\n[ "$2" != pip ] && exec '${python}' "$@"\necho once >> '${join(prefix, 'pip.log')}'\n`;
    writeFileSync(join(prefix, 'bin', 'python'), script);
    chmodSync(join(prefix, 'bin', 'python'), 0o755);
  });
  afterEach(() => rmSync(prefix, { recursive: true }));

  /** Installs locks of one package, each `name==version` under the stamp of its key; gives how often pip was called so far. */
  function install(locks: Record<string, string>): number {
    const code = `
      import { installRequirements } from ${JSON.stringify(pathToFileURL(inRepository('scripts/setup/requirements.mjs')).href)};
      for (const [stamp, text] of Object.entries(${JSON.stringify(locks)})) {
        const [name, version] = text.split('==');
        await installRequirements(stamp, process.argv[1], [{ name, version, text }], { name: stamp });
      }`;
    const env = { ...process.env, PIP_INDEX_URL: 'http://127.0.0.1:1' };
    const args = ['--input-type=module', '-e', code, prefix];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    assert.equal(status, 0, stderr);
    const log = join(prefix, 'pip.log');
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0;
  }

  it('are installed once, those of a hub beside those of the lessons, and again when one has another version', () => {
    assert.equal(install({ requirements: 'onpa-lesson==1', hub: 'onpa-hub==1' }), 2);
    assert.equal(install({ requirements: 'onpa-lesson==1', hub: 'onpa-hub==1' }), 2);
    // Any package of the lock, whether or not it is the hub's own.
    assert.equal(install({ requirements: 'onpa-lesson==1', hub: 'onpa-hub==2' }), 3);
  });
});
