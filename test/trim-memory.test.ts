import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';

describe('Memory that is free where the allocator would keep it, as in the notebook kernel', () => {
  const givesBack = (way: string) => {
    const env = { ...process.env, MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: String(2 ** 34) };
    const args = ['--expose-gc', path.join(__dirname, 'trim-memory-process.js'), way];
    const [before, after] = JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
    assert.ok(before > 400e6 || process.platform !== 'linux', `${before} bytes before`);
    assert.ok(after < 300e6, `${before} bytes before, ${after} after`);
  };

  it('is given back to the system after a batch', () => givesBack('afterBatch'));

  it('is given back to the system after something large has been freed', () => givesBack('soon'));
});
