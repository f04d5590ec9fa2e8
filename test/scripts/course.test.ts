import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asAnybody, itAsAnybody } from '../as-anybody.js';
import { inRepository } from '../fixtures.js';

const load = (name: string) => import(pathToFileURL(resolve(name)).href);

describe('the Python tools of the course', () => {
  it('are locked in the versions that requirements.txt asks for, with a hash of each file', async () => {
    const { readLock, readRequirements } = await load('lib/setup/lock.mjs');
    const locked: { name: string; version: string; text: string }[] = readLock(resolve('course/requirements.lock'));
    for (const wanted of readRequirements(resolve('course/requirements.txt'))) {
      ok(
        locked.some(({ name, version }) => name === wanted.name && version === wanted.version),
        `${wanted.name} ${wanted.version}`,
      );
    }
    for (const { name, text } of locked) ok(text.includes('--hash=sha256:'), name);
  });

  it('are asked for by the name of a folder of course/, and another name is refused with the file that is missing', async () => {
    const { courseEnvironment } = await load('scripts/course/environment.mjs');
    await rejects(
      courseEnvironment('nothing'),
      /course\/nothing\/requirements\.lock is missing; npm run lock writes it/,
    );
  });

  itAsAnybody('are in the home of who can only read the checkout, with their log and all else', () => {
    const home = mkdtempSync(join(tmpdir(), 'onpa-home-'));
    try {
      chmodSync(home, 0o777);
      writeFileSync(join(home, 'python3'), STAND_IN, { mode: 0o755 });
      const script = pathToFileURL(inRepository('scripts', 'course', 'environment.mjs')).href;
      const wanted = { name: 'tool', version: '1.0', text: 'tool==1.0' };
      const call = `toolEnvironment('trial', 'a tool', [${JSON.stringify(wanted)}])`;
      const install = () =>
        spawnSync(process.execPath, ['--eval', `import('${script}').then((it) => it.${call}).then(console.log)`], {
          ...asAnybody(),
          cwd: home,
          // Nobody listens at that address.
          env: {
            HOME: home,
            PATH: '/usr/bin:/bin',
            PYTHON: join(home, 'python3'),
            PIP_INDEX_URL: 'http://127.0.0.1:9',
          },
          encoding: 'utf8',
        });
      const results = join(home, 'onpa-output');
      const { stdout, stderr, status } = install();
      equal(status, 0, stderr);
      match(stdout, /^Making .*\nInstalling a tool in /);
      deepEqual(readdirSync(home).sort(), ['onpa-output', 'python3']);
      deepEqual(readdirSync(results).sort(), ['requirements.txt', 'setup.log', 'trial-env']);
      match(readFileSync(join(results, 'setup.log'), 'utf8'), /-m venv --clear [\s\S]*-m pip install --no-deps/);
      equal(install().stdout, `${join(results, 'trial-env', 'bin', 'python')}\n`, 'the second time it is there');
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

/** Makes environments and installs one package, as Python and pip do, without a network. */
const STAND_IN = `#!/bin/sh
here=$(dirname "$(dirname "$0")")
case "$*" in
  "-m venv"*) mkdir -p "$4/bin" "$4/pip-1.dist-info" && cp "$0" "$4/bin/python" && : > "$4/pip-1.dist-info/RECORD" ;;
  "-m pip"*) mkdir -p "$here/tool-1.0.dist-info" && : > "$here/tool-1.0.dist-info/RECORD" ;;
  *print*) printf '12\\n%s\\n' "$here" ;;
esac
`;
