import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Found {
  python?: string;
  problem?: string;
}

/** The Python 3.`minor` that a fake program pretends to be, or what it does instead. */
type Fake = number | 'no venv' | 'no Python';

const SCRIPTS: Record<string, string> = {
  'no venv': 'case "$*" in *venv*) exit 1;; esac\necho 11\necho /nowhere',
  'no Python': 'exit 127',
};

describe('The Python that makes the environment', () => {
  let folder: string;
  let find: (env: Record<string, string>) => Found;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-python-'));
    find = (await import(pathToFileURL(resolve('lib/setup/interpreter.mjs')).href)).findInterpreter;
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A folder of fake programs, to stand alone on a PATH. */
  function programs(fakes: Record<string, Fake>): string {
    const bin = mkdtempSync(join(folder, 'bin-'));
    mkdirSync(bin, { recursive: true });
    for (const [name, fake] of Object.entries(fakes)) {
      const script = SCRIPTS[fake] ?? `echo ${fake}\necho /nowhere`;
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    return bin;
  }

  for (const minor of [10, 11, 12, 13, 14]) {
    it(`may be Python 3.${minor}`, () => {
      const PATH = programs({ python3: minor });
      assert.deepEqual(find({ PATH }), { python: join(PATH, 'python3') });
    });
  }

  it('is asked for where there is none', () => {
    const { problem } = find({ PATH: programs({}) });
    assert.match(problem!, /^No Python 3\.10 to 3\.14 on the PATH: .*install python/);
  });

  for (const minor of [9, 15]) {
    it(`is named where it is 3.${minor}, with a way that does not install the same again`, () => {
      const PATH = programs({ python3: minor });
      const { problem } = find({ PATH });
      assert.match(problem!, new RegExp(`${PATH}/python3 is Python 3\\.${minor}: install one beside it \\(uv python`));
      assert.doesNotMatch(problem!, /apt install/);
    });
  }

  it('is one beside the system’s where that does not fit or lacks venv', () => {
    for (const python3 of [9, 15, 'no venv', 'no Python'] as const) {
      const PATH = programs({ python3, 'python3.12': 12 });
      assert.deepEqual(find({ PATH }), { python: join(PATH, 'python3.12') });
    }
  });

  it('lacks only its venv module', () => {
    assert.match(find({ PATH: programs({ python3: 'no venv' }) }).problem!, /python3 has no venv module: .*install/);
  });

  it('is the one that PYTHON names, by a path or by its name on the PATH', () => {
    const PATH = programs({ python3: 12, other: 13 });
    for (const PYTHON of ['other', join(PATH, 'other')]) {
      assert.deepEqual(find({ PATH, PYTHON }), { python: join(PATH, 'other') });
    }
  });

  it('is never another one than PYTHON names, and what is wrong with that is said', () => {
    const PATH = programs({ python3: 12, old: 9, bare: 'no venv', broken: 'no Python' });
    for (const [PYTHON, reason] of [
      ['/nowhere/python', 'is not there'],
      ['./nowhere', 'is not there'],
      ['python9', 'is not on the PATH'],
      ['old', 'is Python 3.9, not 3.10 to 3.14'],
      ['broken', 'does not start as a Python 3'],
      ['bare', 'has no venv module'],
    ]) {
      const { python, problem } = find({ PATH, PYTHON });
      assert.equal(python, undefined);
      assert.ok(problem!.startsWith(`PYTHON=${PYTHON}`) && problem!.includes(reason), problem);
    }
  });
});
