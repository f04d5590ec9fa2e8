import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentPython } from '../../lib/setup/python.mjs';
import { SetupError } from '../../lib/setup/run.mjs';
import { resultsFolder } from '../results.mjs';
import { programEnvironment } from '../setup/foreground.mjs';
import { root } from '../setup/root.mjs';
import { ExerciseFileError, lessonStems, readExercises } from './exercises.mjs';
import { courseFolder, nbgrader, ownConfig } from './grading.mjs';
import { assignmentOf, nbgraderSource, solvedLesson } from './nbgrader-source.mjs';
import { notebookPath, renewed } from './tail.mjs';

const USAGE = `npm run assignments [-- [options] [LESSON …]]
  Writes the exercises of course/exercises into the lessons, and makes nbgrader's source and release of them, and the
  teacher's solutions, in build/assignments. LESSON is how a lesson's name begins: 01, or vocoder; default all.
  --check            only says whether the lessons have the exercises of course/exercises
  --folder FOLDER    a course folder of nbgrader, in place of build/assignments
  --no-solutions     without the solutions, for which the lessons are run`;

/** The command; ends the process where something is wrong. */
export async function runAssignments(args) {
  try {
    await assign(args);
  } catch (error) {
    const isKnown = error instanceof ExerciseFileError || error instanceof SetupError || error instanceof UsageError;
    console.error(isKnown ? error.message : error);
    process.exitCode = 1;
  }
}

class UsageError extends Error {}

async function assign(args) {
  const { values, positionals } = optionsOf(args);
  if (values.help) return void console.log(USAGE);
  const lessons = chosen(positionals).map((stem) => [stem, readExercises(stem)]);
  if (values.check) return checkLessons(lessons);
  for (const [stem, lesson] of lessons) {
    const { text, wanted } = renewed(stem, lesson);
    if (text === wanted) continue;
    write(notebookPath(stem), wanted);
    console.log(
      `notebooks/${stem}.ipynb has new exercises; npm run notebooks -- ${assignmentOf(stem)} --inplace runs it.`,
    );
  }
  const folder = courseFolder(values.folder);
  await release(folder, lessons);
  if (!values['no-solutions']) await solutions(folder, lessons);
}

function optionsOf(args) {
  const options = { check: 'boolean', folder: 'string', help: 'boolean', 'no-solutions': 'boolean' };
  const typed = Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }]));
  try {
    return parseArgs({ args, options: typed, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error.message}\n${USAGE}`);
  }
}

function chosen(names) {
  const all = lessonStems();
  if (names.length === 0) return all;
  for (const name of names) {
    if (!all.some((stem) => assignmentOf(stem).startsWith(name))) {
      throw new UsageError(`No lesson begins with '${name}': there are ${all.map(assignmentOf).join(', ')}.`);
    }
  }
  return all.filter((stem) => names.some((name) => assignmentOf(stem).startsWith(name)));
}

function checkLessons(lessons) {
  const stale = lessons.filter(([stem, lesson]) => {
    const { text, wanted } = renewed(stem, lesson);
    return text !== wanted;
  });
  for (const [stem] of stale) {
    console.error(`notebooks/${stem}.ipynb differs from course/exercises/${stem}.md; npm run assignments writes it.`);
  }
  process.exitCode = stale.length > 0 ? 1 : 0;
}

/** nbgrader's source of each lesson, and by nbgrader itself what students get. */
async function release(folder, lessons) {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'nbgrader_config.py');
  if (!existsSync(config)) write(config, ownConfig());
  const source = join(folder, 'source');
  const names = lessons.map(([stem]) => assignmentOf(stem));
  for (const [stem, lesson] of lessons) {
    const name = assignmentOf(stem);
    write(join(source, name, `${name}.ipynb`), json(nbgraderSource(stem, lesson)));
  }
  // All at once is quicker, where there are no others.
  const isAll = readdirSync(source).every((name) => names.includes(name));
  for (const name of isAll ? ['*'] : names) {
    const status = await nbgrader(folder, ['generate_assignment', name, '--force', '--log-level=ERROR']);
    if (status !== 0) throw new SetupError(`nbgrader made no release of ${name === '*' ? names.join(', ') : name}.`);
  }
  for (const [i, [, lesson]] of lessons.entries()) {
    console.log(`${shown(join(folder, 'release', names[i]))}: ${pointsOf(lesson)} points`);
  }
}

const pointsOf = ({ exercises }) => exercises.reduce((sum, { points }) => sum + points, 0);

/** The lessons with the right answers, run in the mode in which a wrong one is an error. */
async function solutions(folder, lessons) {
  const target = join(folder, 'solutions');
  const paths = lessons.map(([stem, lesson]) => {
    const path = join(target, `${assignmentOf(stem)}.ipynb`);
    write(path, json(solvedLesson(stem, lesson)));
    return path;
  });
  const script = join(root, 'scripts', 'run_notebooks.py');
  resultsFolder();
  const env = { ...programEnvironment(), ONPA_GRADING: '1' };
  await runIn(root, environmentPython(), [script, '--target', target, ...paths], env);
}

async function runIn(cwd, command, args, env) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
  const [code, signal] = await new Promise((done, reject) => {
    child.on('error', reject);
    child.on('exit', (...status) => done(status));
  });
  if (code !== 0) throw new SetupError(`${command} ${args.join(' ')} ended with ${signal ?? code}.`);
}

const json = (notebook) => `${JSON.stringify(notebook, null, 1)}\n`;

const shown = (path) => (relative(root, path).startsWith('..') ? path : relative(root, path));

/** Beside, then renamed: nothing half-written is left behind. */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
