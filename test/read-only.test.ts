import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asAnybody, itAsAnybody } from './as-anybody.js';

describe('A checkout that one can only read', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'onpa-home-'));
    chmodSync(home, 0o777);
  });
  after(() => rmSync(home, { recursive: true }));

  /** Decodes, trains and saves as a user who may write in the home alone. */
  function lesson(env: NodeJS.ProcessEnv = {}) {
    return spawnSync(process.execPath, [join(__dirname, 'read-only-process.js')], {
      ...asAnybody(),
      cwd: home,
      env: { HOME: home, ONPA_CACHE: join(home, 'cache'), ...env },
      encoding: 'utf8',
    });
  }

  itAsAnybody('is enough to decode, to train and to save: all that is written is in the home', () => {
    const { status, stderr } = lesson();
    equal(status, 0, stderr);
    deepEqual(readdirSync(home), ['onpa-output']);
    deepEqual(readdirSync(join(home, 'onpa-output')).sort(), ['my-model', 'tone.wav', 'training']);
    deepEqual(readdirSync(join(home, 'onpa-output', 'training')).sort(), ['checkpoint-1', 'runs']);
  });

  it('has an error before the first step where results cannot be written, which says what to do', () => {
    const { status, stderr } = lesson({ ONPA_OUTPUT: '/dev/null/results' });
    equal(status, 1);
    match(stderr, /outputDir '\/dev\/null\/results\/training' cannot be written to; .*ONPA_OUTPUT \(ENOTDIR/);
  });
});
