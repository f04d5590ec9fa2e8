import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { notebookPath, sourceOf, tailCells, tailStart } from './tail.mjs';

/** What nbgrader calls a lesson. */
export const assignmentOf = (stem) => basename(stem);

/** The lesson as nbgrader's source: with solutions, hidden tests and points, and without outputs. */
export function nbgraderSource(stem, lesson) {
  const { notebook, cells } = withoutOutputs(stem);
  const tail = tailCells(stem, lesson).flatMap((cell) => {
    const exercise = exerciseOf(cell, lesson);
    if (exercise === undefined) return [marked(cell, { locked: true })];
    const { answer, solution, tests } = exercise;
    if (cell.source === answer) return [marked({ ...cell, source: region(solution, answer) }, { solution: true })];
    const test = tests.find(({ source }) => source === cell.source);
    const own = [marked(cell, { grade: true, locked: true, points: test.points })];
    return test === lastCheck(exercise) ? [...own, ...hiddenCells(cell, exercise)] : own;
  });
  return { ...notebook, cells: [...cells, ...tail] };
}

/** The lesson with the right answers and all its tests, for the teacher. */
export function solvedLesson(stem, lesson) {
  const { notebook, cells } = withoutOutputs(stem);
  const tail = tailCells(stem, lesson).flatMap((cell) => {
    const exercise = exerciseOf(cell, lesson);
    if (exercise === undefined) return [cell];
    if (cell.source === exercise.answer) return [{ ...cell, source: exercise.solution }];
    if (cell.source !== lastCheck(exercise).source) return [cell];
    return [cell, ...hiddenTests(exercise).map(({ source }, i) => ({ ...cell, id: hiddenId(cell, i), source }))];
  });
  return { ...notebook, cells: [...cells, ...tail] };
}

const exerciseOf = (cell, { exercises }) =>
  exercises.find(({ answer, tests }) => cell.source === answer || tests.some(({ source }) => source === cell.source));

const hiddenTests = ({ tests }) => tests.filter(({ kind }) => kind === 'hidden');
const lastCheck = ({ tests }) => tests.findLast(({ kind }) => kind === 'check');
const hiddenId = (cell, i) => `${cell.id.replace(/^(check-\d+).*/, '$1')}-hidden-${i + 1}`;

/** In the release only the comment is left of it. */
const hiddenCells = (cell, exercise) =>
  hiddenTests(exercise).map(({ source, points }, i) => {
    const lines = ['// When it is graded, other inputs are tried here.', '// BEGIN HIDDEN TESTS', source];
    const hidden = { ...cell, id: hiddenId(cell, i), source: [...lines, '// END HIDDEN TESTS'].join('\n') };
    return marked(hidden, { grade: true, locked: true, points });
  });

/** The solution, and in comments what students find in its place; nbgrader_config.py knows the marks. */
const region = (solution, answer) =>
  [
    '// BEGIN SOLUTION',
    solution,
    '// IN THE RELEASE',
    ...answer.split('\n').map((line) => `// ${line}`.trimEnd()),
    '// END SOLUTION',
  ].join('\n');

function marked(cell, { grade = false, solution = false, locked = false, points }) {
  const own = points === undefined ? {} : { points };
  const nbgrader = { grade, grade_id: cell.id, locked, schema_version: 3, solution, task: false, ...own };
  return { ...cell, metadata: { ...cell.metadata, nbgrader } };
}

function withoutOutputs(stem) {
  const notebook = JSON.parse(readFileSync(notebookPath(stem), 'utf8'));
  const cells = notebook.cells.slice(0, tailStart(notebook.cells, stem)).map((cell) => {
    const source = sourceOf(cell);
    return cell.cell_type === 'code' ? { ...cell, source, outputs: [], execution_count: null } : { ...cell, source };
  });
  return { notebook, cells };
}
