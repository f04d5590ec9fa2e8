import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { inTemporaryFolder } from '../hubert/models.js';

/** Bytes of the samples of one step: two clips of 40,000. */
const STEP = 2 * 40_000 * 4;

describe('The memory of a long training', () => {
  it('is level: 180 steps keep less than the samples of ten', () =>
    inTemporaryFolder(async (outputDir) => {
      const args = ['--expose-gc', path.join(__dirname, 'memory-process.js'), outputDir, '200', '20', '200'];
      const [early, late] = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n').map(Number);
      assert.ok(late - early < 10 * STEP, `array buffers grew from ${early} to ${late} bytes`);
    }));
});
