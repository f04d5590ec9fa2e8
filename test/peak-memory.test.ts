import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inRepository } from './fixtures.js';

describe('The peak of memory that tests and benchmarks measure', () => {
  const script = `console.log(require(${JSON.stringify(inRepository('build', 'test', 'bench', 'memory.js'))}).peakMemory())`;
  const peakOfChild = () => Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));

  it('is that of the process itself, whatever its parent holds', () => {
    // Without /proc the parent's peak is counted, too.
    if (!existsSync('/proc/self/status')) return;
    const before = peakOfChild();
    const held = Buffer.alloc(400e6, 1);
    const after = peakOfChild();
    assert.ok(
      before > 10 && after < 250,
      `${before} MB, and ${after} MB below a parent that holds ${held.length} bytes`,
    );
  });
});
