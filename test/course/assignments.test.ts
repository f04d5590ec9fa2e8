import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../fixtures.js';
import {
  type Course,
  describeWithNbgrader,
  makeCourse,
  right,
  rightIn,
  type Student,
  untouched,
  wrong,
} from './class.js';
import { type Exercise, exerciseScript } from './exercises.js';

// ONPA_TEST_GRADING=all has each lesson graded for each kind of student, those beyond too; it takes some twenty minutes.
const isAll = process.env.ONPA_TEST_GRADING === 'all';
const QUICK = ['02-spectrum', '03-stft', '04-mel'];
/** Of these one notebook is run. */
const ONCE = ['05-distilhubert', '06-training', '07-push', '08-inference'];
const BEYOND = ['beyond/browser', 'beyond/pretraining', 'beyond/vocoder'];
const LESSONS = ['01-waveform', ...QUICK, ...ONCE, ...(isAll ? BEYOND : [])];

/** Knows a tone's first mirror only. */
const firstMirror = 'hz > sampleRate / 2 ? Math.abs(sampleRate - hz) : hz';

describeWithNbgrader('npm run assignments', function () {
  if (isAll) this.timeout(3_600_000);
  let course: Course;
  let exercisesOf: (stem: string) => Exercise[];
  const name = (stem: string) => stem.replace('beyond/', '');
  const notebook = (kind: string, stem: string) => course.read(kind, name(stem), `${name(stem)}.ipynb`);

  before(async () => {
    const folder = inRepository('build', 'test', 'assignments');
    rmSync(folder, { recursive: true, force: true });
    course = await makeCourse(folder, LESSONS, isAll ? '' : 'c.ExecutePreprocessor.timeout = 200');
    const { readExercises } = await exerciseScript();
    exercisesOf = (stem) => readExercises(stem).exercises;
  });

  it('releases each lesson with its open answers as they are, and with its points', () => {
    for (const stem of LESSONS) {
      const { cells } = notebook('release', stem);
      const answers = cells.filter(({ metadata }) => metadata.nbgrader?.solution);
      deepEqual(
        answers.map(({ source }) => source),
        exercisesOf(stem).map(({ answer }) => answer),
      );
      const points = cells.flatMap(({ metadata }) => metadata.nbgrader?.points ?? []);
      equal(
        points.reduce((sum, n) => sum + n, 0),
        exercisesOf(stem).reduce((sum, exercise) => sum + exercise.points, 0),
      );
    }
  });

  it('releases no solution, no hidden test and no output, in cells or in what is said of them', () => {
    for (const stem of LESSONS) {
      const text = readFileSync(join(course.folder, 'release', name(stem), `${name(stem)}.ipynb`), 'utf8');
      ok(!/(BEGIN|END) (SOLUTION|HIDDEN)|IN THE RELEASE/.test(text), stem);
      const { cells } = notebook('release', stem);
      ok(cells.every(({ outputs = [] }) => outputs.length === 0));
      const sources = cells.map(({ source, metadata }) => `${source} ${JSON.stringify(metadata)}`).join('\n');
      for (const { answer, solution, tests } of exercisesOf(stem)) {
        const secret = [solution.split('\n'), tests.flatMap((t) => (t.kind === 'hidden' ? t.source.split('\n') : []))];
        const given = new Set(
          [answer, ...tests.flatMap((t) => (t.kind === 'check' ? [t.source] : []))].join('\n').split('\n'),
        );
        for (const line of secret.flat()) {
          if (given.has(line) || line.trim().length < 12 || line.startsWith('import ')) continue;
          ok(!sources.includes(line.trim()), `${stem}: ${line}`);
        }
      }
    }
  });

  it('gives all points for right answers, none for wrong and for none, and for some their part', async () => {
    const partly: Student = (n, exercise, given) =>
      n === 4 ? given.replace('undefined', firstMirror) : rightIn(1, 3)(n, exercise, given);
    const bad: Student = (n, exercise) =>
      n === 1 ? 'const answer1 = ;' : n === 2 ? 'const answer2: string = 3;' : exercise.solution;
    const students: Record<string, [Student, number]> = {
      right: [right, 6],
      wrong: [wrong, 0],
      untouched: [untouched, 0],
      // Two numbers, and of the function what lies below the sampling rate.
      partly: [partly, 3],
      'does-not-compile': [bad, 4],
    };
    for (const [student, [answers]] of Object.entries(students)) await course.submit(student, '01-waveform', answers);
    const { status, log } = await course.grade('01-waveform');
    equal(status, 0, log);
    const { students: scores, most } = await course.scores('01-waveform');
    equal(most, 6);
    deepEqual(scores, Object.fromEntries(Object.entries(students).map(([student, [, points]]) => [student, points])));
  });

  it('names who stops the kernel, and grades the others and who never ends', async () => {
    const instead =
      (cell: string): Student =>
      (n, exercise) =>
        n === 2 ? cell : exercise.solution;
    await course.submit('a-exit', '02-spectrum', instead('process.exit(0);'));
    await course.submit('b-killed', '02-spectrum', instead("process.kill(process.pid, 'SIGKILL');"));
    await course.submit('c-endless', '02-spectrum', instead('while (true) {}'));
    await course.submit('d-right', '02-spectrum', right);
    const config = join(course.folder, 'nbgrader_config.py');
    const kept = readFileSync(config, 'utf8');
    appendFileSync(config, 'c.ExecutePreprocessor.timeout = 20\n');
    const { status, log } = await course.grade('02-spectrum').finally(() => writeFileSync(config, kept));
    equal(status, 1);
    match(log, /There was an error processing assignment '02-spectrum' for student 'a-exit'/);
    match(log, /There was an error processing assignment '02-spectrum' for student 'b-killed'/);
    match(log, /Timeout waiting for execute reply \(20s\)/);
    ok(!log.includes("for student 'c-endless'") && !log.includes("for student 'd-right'"), log);
    for (const student of ['a-exit', 'b-killed']) {
      ok(!existsSync(join(course.folder, 'autograded', student, '02-spectrum')));
    }
    const { students, most } = await course.scores('02-spectrum');
    equal(students['d-right'], most);
    equal(students['c-endless'], most - 1);
    for (const student of Object.keys(students)) {
      rmSync(join(course.folder, 'submitted', student, '02-spectrum'), { recursive: true, force: true });
    }
  });

  for (const stem of isAll ? LESSONS.slice(1) : QUICK.slice(1)) {
    it(`gives in ${stem} all points for right answers and none for wrong ones`, async () => {
      await course.submit('right', stem, right);
      await course.submit('wrong', stem, wrong);
      if (isAll) await course.submit('untouched', stem, untouched);
      const { status, log } = await course.grade(stem);
      equal(status, 0, log);
      const { students, most } = await course.scores(stem);
      equal(students.right, most);
      equal(students.wrong, 0);
      if (isAll) equal(students.untouched, 0);
    });
  }

  for (const stem of ONCE) {
    it(`gives in ${stem} the points of the exercises that are right`, async () => {
      // A training takes two minutes otherwise.
      const shorter = (source: string) => (isAll ? source : source.replace('numTrainEpochs: 10', 'numTrainEpochs: 1'));
      await course.submit('partly', stem, rightIn(2, 4), shorter);
      const { status, log } = await course.grade(stem);
      equal(status, 0, log);
      ok(existsSync(join(course.folder, 'autograded', 'partly', stem)));
      const [, second, , fourth] = exercisesOf(stem);
      equal((await course.scores(stem)).students.partly, second.points + fourth.points);
    });
  }
});
