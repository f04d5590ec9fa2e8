import { execFile, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inRepository } from '../fixtures.js';
import { type Exercise, exerciseScript } from './exercises.js';

interface Cell {
  id: string;
  cell_type: string;
  source: string;
  outputs?: unknown[];
  metadata: { nbgrader?: { grade_id: string; grade: boolean; solution: boolean; points?: number } };
}

/** What a student makes of an answer's cell: of the n-th exercise, from 1 on. */
export type Student = (n: number, exercise: Exercise, given: string) => string;

export const right: Student = (_n, { solution }) => solution;
export const untouched: Student = (_n, _exercise, given) => given;
/** A number where one is asked for, and a function that gives it. */
export const wrong: Student = (_n, _exercise, given) => given.replace('undefined', '-1');
/** Right in these exercises, wrong in the others. */
export const rightIn =
  (...numbers: number[]): Student =>
  (n, ...more) =>
    (numbers.includes(n) ? right : wrong)(n, ...more);

/** A folder of nbgrader with its students. */
export interface Course {
  folder: string;
  /** A notebook of the folder. */
  read(...path: string[]): { cells: Cell[] };
  /** A student hands in a lesson, and may have changed its other cells. */
  submit(student: string, stem: string, answers: Student, change?: (source: string) => string): Promise<void>;
  /** Runs nbgrader's autograder; its exit status and what it says. */
  grade(stem: string): Promise<{ status: number; log: string }>;
  /** The scores of a lesson's students, and what there is to reach. */
  scores(stem: string): Promise<{ students: Record<string, number>; most: number }>;
}

/** Describes tests that run nbgrader, which needs Python 3.11; where there is an older one, says what is left out. */
export function describeWithNbgrader(title: string, tests: (this: Mocha.Suite) => void): void {
  const { PYTHON = 'python3' } = process.env;
  const { stdout } = spawnSync(PYTHON, ['-c', 'import sys; print(sys.version_info[1])'], { encoding: 'utf8' });
  if (Number(stdout) >= 11) describe(title, tests);
  else
    console.log(
      `${PYTHON} is older than Python 3.11 (name a newer one in PYTHON): the tests of nbgrader are left out.`,
    );
}

function runScript(name: string, args: string[]): Promise<{ status: number; log: string }> {
  const options = { cwd: inRepository(), maxBuffer: 2 ** 26 };
  return new Promise((done) => {
    execFile(process.execPath, [inRepository('scripts', name), ...args], options, (error, stdout, stderr) => {
      done({ status: error ? Number(error.code ?? 1) : 0, log: stdout + stderr });
    });
  });
}

/**
 * Makes a folder of nbgrader of the lessons.
 *
 * @param settings - lines for its nbgrader_config.py
 */
export async function makeCourse(folder: string, stems: readonly string[], settings: string): Promise<Course> {
  const lessons = stems.map((stem) => basename(stem));
  const { status, log } = await runScript('assignments.mjs', ['--no-solutions', '--folder', folder, ...lessons]);
  if (status !== 0) throw new Error(log);
  appendFileSync(join(folder, 'nbgrader_config.py'), `${settings}\n`);
  const { readExercises } = await exerciseScript();
  const nbgrader = (...args: string[]) => runScript('nbgrader.mjs', ['--folder', folder, ...args]);

  const read = (...path: string[]): { cells: Cell[] } => {
    const { cells } = JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as { cells: Cell[] };
    return { cells: cells.map((cell) => ({ ...cell, source: [cell.source].flat().join('') })) };
  };

  return {
    folder,
    read,
    async submit(student, stem, answers, change = (source) => source) {
      const name = basename(stem);
      const { exercises } = readExercises(stem);
      const path = join(folder, 'release', name, `${name}.ipynb`);
      const notebook = { ...JSON.parse(readFileSync(path, 'utf8')), ...read('release', name, `${name}.ipynb`) };
      for (const cell of notebook.cells as Cell[]) {
        const [, n] = /^answer-(\d)$/.exec(cell.metadata.nbgrader?.grade_id ?? '') ?? [];
        if (n !== undefined) cell.source = answers(Number(n), exercises[Number(n) - 1], cell.source);
        else cell.source = change(cell.source);
      }
      const target = join(folder, 'submitted', student, name);
      mkdirSync(target, { recursive: true });
      writeFileSync(join(target, `${name}.ipynb`), JSON.stringify(notebook));
    },
    grade: (stem) => nbgrader('autograde', basename(stem), '--force', '--log-level=ERROR'),
    async scores(stem) {
      const file = join(folder, 'grades.csv');
      const { status, log } = await nbgrader('export', `--to=${file}`, '--log-level=ERROR');
      if (status !== 0 || !existsSync(file)) throw new Error(log);
      const [head, ...rows] = readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.trim().split(','));
      const column = (name: string) => head.indexOf(name);
      const own = rows.filter((row) => row[column('assignment')] === basename(stem));
      const students = own.map((row) => [row[column('student_id')], Number(row[column('score')])] as const);
      return { students: Object.fromEntries(students), most: Number(own[0]?.[column('max_score')]) };
    },
  };
}
