import { deepEqual, equal, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputPath } from 'onpa';
import { asAnybody } from './as-anybody.js';
import { inRepository } from './fixtures.js';

describe('outputPath', () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);

  /** What of the library says where results go, in a folder of its own. */
  function install(library: string): void {
    for (const name of ['output-path.js', 'course-data.js', 'errors.js']) {
      cpSync(inRepository('lib', 'dist', name), join(library, 'dist', name));
    }
  }

  /** What somebody without special rights gets from a library, in a working directory. */
  function foundBy(library: string, cwd: string, env: NodeJS.ProcessEnv = {}): string {
    const script = `console.log(require(${JSON.stringify(join(library, 'dist', 'output-path.js'))}).outputPath('a', 'b/c'))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', script], {
      ...asAnybody(),
      cwd,
      env: { HOME: at('home'), ...env },
      encoding: 'utf8',
    });
    equal(stderr, '');
    return stdout.trimEnd();
  }

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'onpa-output-')));
    for (const name of ['', 'home', 'work', 'course/notebooks', 'course/data/audio']) {
      mkdirSync(at(name), { recursive: true });
      chmodSync(at(name), 0o777);
    }
    writeFileSync(at('course', 'data', 'audio', 'trumpet.ogg'), '');
    install(at('course', 'lib'));
    install(at('work', 'node_modules', 'onpa'));
  });
  beforeEach(() => {
    for (const name of ['course', 'work']) chmodSync(at(name), 0o777);
  });
  after(() => {
    for (const name of ['course', 'work']) chmodSync(at(name), 0o777);
    rmSync(folder, { recursive: true });
  });

  it("is in build of the course's repository, wherever the notebook is", () => {
    equal(foundBy(at('course', 'lib'), at('course', 'notebooks')), at('course', 'build', 'a', 'b', 'c'));
    equal(foundBy(at('course', 'lib'), at('home')), at('course', 'build', 'a', 'b', 'c'));
  });

  it('is in the home of who can only read the repository', () => {
    chmodSync(at('course'), 0o555);
    equal(foundBy(at('course', 'lib'), at('course', 'notebooks')), at('home', 'onpa-output', 'a', 'b', 'c'));
  });

  it('is in the home where the repository has a build that others write into', () => {
    mkdirSync(at('course', 'build'));
    chmodSync(at('course', 'build'), 0o555);
    equal(foundBy(at('course', 'lib'), at('course', 'notebooks')), at('home', 'onpa-output', 'a', 'b', 'c'));
    rmSync(at('course', 'build'), { recursive: true });
  });

  it('is in build of the working directory where the package is installed without the course, or in the home', () => {
    const alone = at('work', 'node_modules', 'onpa');
    equal(foundBy(alone, at('work')), at('work', 'build', 'a', 'b', 'c'));
    chmodSync(at('work'), 0o555);
    equal(foundBy(alone, at('work')), at('home', 'onpa-output', 'a', 'b', 'c'));
  });

  it('is where ONPA_OUTPUT says, seen from the working directory', () => {
    const course = at('course', 'lib');
    equal(foundBy(course, at('home'), { ONPA_OUTPUT: '/elsewhere/mine' }), '/elsewhere/mine/a/b/c');
    equal(foundBy(course, at('home'), { ONPA_OUTPUT: 'mine' }), at('home', 'mine', 'a', 'b', 'c'));
    equal(foundBy(course, at('home'), { ONPA_OUTPUT: '' }), at('course', 'build', 'a', 'b', 'c'));
  });

  it('makes nothing', () => {
    deepEqual(['course/build', 'work/build', 'home/onpa-output'].map((name) => at(name)).filter(existsSync), []);
  });

  it('takes no name that leads out of the folder of results', () => {
    for (const name of ['', ' ', '/etc', '..', 'hub/../..', '../training', 'hub\\..\\..', 'a\0b', undefined, 3]) {
      throws(() => outputPath('hub', name as string), {
        name: 'ParameterError',
        message: /^outputPath is given .*ONPA_OUTPUT/,
      });
    }
  });
});
