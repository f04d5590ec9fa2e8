import { deepEqual, equal } from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

describe('The lessons of who can only read the checkout', () => {
  let folder: string;
  let copyLessons: (from: string, to: string) => void;
  const at = (...names: string[]) => join(folder, ...names);

  before(async () => {
    ({ copyLessons } = await import(pathToFileURL(resolve('scripts/copy_lessons.mjs')).href));
    folder = mkdtempSync(join(tmpdir(), 'onpa-lessons-'));
    mkdirSync(at('notebooks', 'beyond'), { recursive: true });
    mkdirSync(at('notebooks', '.ipynb_checkpoints'));
    for (const name of ['01.ipynb', 'notes.txt', 'beyond/more.ipynb', '.ipynb_checkpoints/01.ipynb']) {
      writeFileSync(at('notebooks', name), `the course's ${name}`);
    }
    chmodSync(at('notebooks', '01.ipynb'), 0o444);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are copies of all notebooks in their folders, which can be saved', () => {
    copyLessons(at('notebooks'), at('mine'));
    deepEqual(readdirSync(at('mine'), { recursive: true }).sort(), [
      '01.ipynb',
      'beyond',
      join('beyond', 'more.ipynb'),
    ]);
    equal(statSync(at('mine', '01.ipynb')).mode & 0o200, 0o200);
    writeFileSync(at('mine', '01.ipynb'), 'my answers');
  });

  it('stay as somebody has left them, and what is gone is copied again', () => {
    rmSync(at('mine', 'beyond'), { recursive: true });
    copyLessons(at('notebooks'), at('mine'));
    equal(readFileSync(at('mine', '01.ipynb'), 'utf8'), 'my answers');
    equal(readFileSync(at('mine', 'beyond', 'more.ipynb'), 'utf8'), "the course's beyond/more.ipynb");
  });
});
