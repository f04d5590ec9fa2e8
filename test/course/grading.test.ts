import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../fixtures.js';

function run(script: string, ...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [inRepository('scripts', script), ...args], (error, stdout, stderr) => {
      done({ status: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

describe('the commands of a teacher', () => {
  it('say which lessons there are, and which options, where one is asked for that is none', async () => {
    const lesson = await run('assignments.mjs', '--check', '09');
    equal(lesson.status, 1);
    match(lesson.stderr, /^No lesson begins with '09': there are 01-waveform, .*08-inference, browser, .*vocoder\.\n$/);
    const option = await run('assignments.mjs', '--solution');
    equal(option.status, 1);
    match(option.stderr, /Unknown option '--solution'[\s\S]*--no-solutions +without the solutions/);
    const help = await run('assignments.mjs', '--help');
    equal(help.status, 0);
    match(help.stdout, /^npm run assignments \[-- \[options\] \[LESSON …\]\]/);
  });

  it('say how a folder of assignments is made, where there is none', async () => {
    const folder = inRepository('build', 'test', 'no-assignments');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { status, stderr } = await run('nbgrader.mjs', '--folder', folder, 'autograde', '01-waveform');
    equal(status, 1);
    equal(
      stderr.trim().split('\n').at(-1),
      `${folder} has no nbgrader_config.py: npm run assignments -- --folder ${folder} makes it.`,
    );
  });

  it('grade no symbolic link, which may lead to the teacher’s files, and name the student and the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onpa course '));
    const lesson = join(folder, 'submitted', 'tanaka', '01-waveform');
    mkdirSync(lesson, { recursive: true });
    writeFileSync(join(folder, 'nbgrader_config.py'), '');
    writeFileSync(join(lesson, '01-waveform.ipynb'), '{}');
    symlinkSync('/etc/hostname', join(lesson, 'notes.txt'));
    symlinkSync('tanaka', join(folder, 'submitted', 'suzuki'));
    const { status, stderr } = await run('nbgrader.mjs', '--folder', folder, 'autograde', '01-waveform');
    equal(status, 1);
    match(stderr, /are symbolic links, which may lead to files of yours\. Ask for the file itself, or delete them:/);
    match(stderr, /\n {2}- suzuki: the whole folder\n {2}- tanaka: 01-waveform\/notes\.txt\n$/);
    rmSync(folder, { recursive: true });
  });

  it('give what students have written no key of the teacher’s server', async () => {
    const { gradingEnvironment } = await import(pathToFileURL(inRepository('scripts/course/grading.mjs')).href);
    const server = { JUPYTERHUB_API_TOKEN: 'secret', JUPYTERHUB_USER: 'sato', JPY_API_TOKEN: 'secret' };
    const env = gradingEnvironment('/env/bin/python', { PATH: '/usr/bin', ONPA_CACHE: '/cache', ...server });
    deepEqual(Object.keys(env).sort(), [
      'JUPYTER_PATH',
      'JUPYTER_PREFER_ENV_PATH',
      'ONPA_CACHE',
      'PATH',
      'PIP_DISABLE_PIP_VERSION_CHECK',
      'PYTHONNOUSERSITE',
    ]);
    equal(env.PATH, '/env/bin:/usr/bin');
  });

  it('run programs of their own Python, which see nothing of the one that the teacher has besides', async () => {
    const { programEnvironment } = await import(pathToFileURL(resolve('scripts/setup/foreground.mjs')).href);
    const { PATH, PYTHONNOUSERSITE, JUPYTER_PREFER_ENV_PATH } = programEnvironment('/some/where/bin/python');
    equal(PATH, `/some/where/bin:${process.env.PATH}`);
    deepEqual([PYTHONNOUSERSITE, JUPYTER_PREFER_ENV_PATH], ['1', '1']);
  });

  it('run the nbgrader that is locked, each of its packages with a hash', async () => {
    const { readLock, readRequirements } = await import(pathToFileURL(resolve('lib/setup/lock.mjs')).href);
    const locked: { name: string; version: string; text: string }[] = readLock(
      resolve('course/grading/requirements.lock'),
    );
    for (const { name, text } of locked) ok(text.includes('--hash=sha256:'), name);
    const [wanted] = readRequirements(resolve('course/grading/requirements.txt'));
    equal(locked.find(({ name }) => name === 'nbgrader')?.version, wanted.version);
  });
});
