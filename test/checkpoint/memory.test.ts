import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { checkpoint, scratch } from './files.js';
import type { Probe } from './memory-probe.js';

/** Files of 100 MB that Python wrote, without the zeros in them. */
const LARGE: Record<string, { size: number; pieces: { at: number; base64: string }[] }> = JSON.parse(
  readFileSync(checkpoint('large.json'), 'utf8'),
);

/** Puts the zeros back: as a hole, which takes no room on the disk. */
function restore(name: string, target: string): void {
  const { size, pieces } = LARGE[name];
  const descriptor = openSync(target, 'w');
  ftruncateSync(descriptor, size);
  for (const { at, base64 } of pieces) {
    const bytes = Buffer.from(base64, 'base64');
    writeSync(descriptor, bytes, 0, bytes.length, at);
  }
  closeSync(descriptor);
}

function probe(task: 'read' | 'write', file: string): Probe {
  const script = path.join(__dirname, 'memory-probe.js');
  return JSON.parse(execFileSync(process.execPath, [script, task, file], { encoding: 'utf8' }));
}

describe('the memory for a checkpoint of 100 MB', () => {
  const file = scratch();
  /** What a process may need besides the numbers: half of the smallest second copy would be more. */
  const BESIDES = 20e6;

  for (const name of ['pytorch', 'safetensors', 'bfloat16']) {
    it(`reading (${name}): the numbers once, as float32`, () => {
      restore(name, file(name));
      const { growth, ends } = probe('read', file(name));
      const numbers = { pytorch: 25e6, safetensors: 24e6, bfloat16: 12e6 }[name]!;
      assert.ok(
        growth > 3.5 * numbers && growth < 4 * numbers + BESIDES,
        `${growth / 1e6} MB for ${(4 * numbers) / 1e6}`,
      );
      const tensors = name === 'bfloat16' ? 1 : 6;
      assert.deepEqual(
        Object.values(ends).slice(0, tensors),
        Array.from({ length: tensors }, () => [1, 2]),
      );
    });
  }

  it('writing: none of the tensors is copied', () => {
    const { growth } = probe('write', file('written.safetensors'));
    assert.ok(growth < BESIDES, `${growth / 1e6} MB`);
    assert.deepEqual(probe('read', file('written.safetensors')).ends['layer.5'], [1, 1]);
  });
});
