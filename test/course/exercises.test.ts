import { deepEqual, equal, match, notEqual, throws } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inRepository } from '../fixtures.js';
import { exerciseScript, script } from './exercises.js';

interface Tail {
  withTail(text: string, stem: string, lesson: { exercises: unknown[] }): string;
}

const FILE = `# A lesson

## count (1 point)

How many?

<details lang="ja"><summary>日本語</summary>

いくつですか。

</details>

\`\`\`ts answer
const answer1 = undefined; // your number
\`\`\`

\`\`\`ts solution
const answer1 = 3;
\`\`\`

\`\`\`ts check 1
check.lesson1.count(answer1);
\`\`\`
`;
const AGAIN = FILE.split('\n').slice(1).join('\n');

describe('the files of exercises', () => {
  let scripts: Awaited<ReturnType<typeof exerciseScript>>;
  let tail: Tail;
  before(async () => {
    [scripts, tail] = [await exerciseScript(), await script<Tail>('tail.mjs')];
  });

  it('have each lesson’s exercises: text in both languages, an open answer, its solution, and tests with points', () => {
    const { title, exercises } = scripts.parseExercises(FILE, 'a.md');
    equal(title, 'A lesson');
    deepEqual(exercises, [
      {
        name: 'count',
        points: 1,
        english: 'How many?',
        japanese: 'いくつですか。',
        answer: 'const answer1 = undefined; // your number',
        solution: 'const answer1 = 3;',
        tests: [{ kind: 'check', points: 1, source: 'check.lesson1.count(answer1);' }],
      },
    ]);
  });

  it('are refused where they are not well formed, with the line and what to do', () => {
    const without = (line: string) => FILE.replace(`${line}\n`, '');
    const cases: [text: string, message: RegExp][] = [
      ['', /^a\.md:1: a file of exercises begins with its title/],
      ['# A lesson\n', /there is no exercise; begin one with: ## name \(1 point\)/],
      [FILE.replace('# A lesson\n', '# A lesson\n\nText.\n'), /^a\.md:3: this belongs to no exercise/],
      [FILE.replace('(1 point)', ''), /^a\.md:3: write the heading of an exercise as/],
      [FILE.replace('(1 point)', '(2 points)'), /^a\.md:3: the heading of 'count' says 2 points, and its tests give 1/],
      [FILE.replace('How many?', ''), /^a\.md:4: 'count' has no text in English/],
      [without('</details>'), /^a\.md:4: the Japanese of 'count' is missing/],
      [FILE.replace('ts check 1', 'ts check'), /^a\.md:21: say how many points this gives/],
      [FILE.replace('ts check 1', 'ts check 0'), /^a\.md:21: say how many points this gives/],
      [FILE.replace('ts answer', 'ts answer 1'), /^a\.md:13: ```ts answer has no points/],
      [FILE.replace('ts solution', 'ts right'), /^a\.md:17: a block is answer, solution, check, hidden, not 'right'/],
      [FILE.replace('ts check 1', 'ts hidden 1'), /^a\.md:3: 'count' has no block ```ts check 1/],
      [FILE.replace('ts solution', 'ts answer'), /^a\.md:17: 'count' has a second block ```ts answer/],
      [FILE.replace('= undefined', '= 0'), /^a\.md:3: the answer of 'count' has no undefined/],
      [FILE.replace('const answer1 = 3;', ''), /^a\.md:17: this block is empty/],
      [FILE.replace(/```\n$/, ''), /^a\.md:21: this block has no end/],
      [`${FILE}Text.\n`, /^a\.md:24: text goes before the first block of code/],
      [`${FILE}\`\`\`ts solution\n1\n\`\`\`\n`, /^a\.md:24: blocks come in this order/],
      [FILE + AGAIN, /there are two exercises 'count'/],
    ];
    for (const [text, message] of cases) {
      throws(
        () => scripts.parseExercises(text, 'a.md'),
        (error: Error) => message.test(error.message),
        text,
      );
    }
  });

  it('are what the lessons have, each of them', async () => {
    const args = [inRepository('scripts', 'assignments.mjs'), '--check'];
    const [status, stderr] = await new Promise<[number, string]>((done) => {
      execFile(process.execPath, args, (error, _stdout, stderr) => done([Number(error?.code ?? 0), stderr]));
    });
    equal(stderr, '');
    equal(status, 0);
  });

  it('change the cells of a lesson whose text they change, and leave each other one with its output', () => {
    const lesson = scripts.readExercises('03-stft');
    const text = readFileSync(inRepository('notebooks', '03-stft.ipynb'), 'utf8');
    equal(tail.withTail(text, '03-stft', lesson), text);
    const [first, ...more] = lesson.exercises;
    const changed = { exercises: [{ ...first, english: 'How many frames?' }, ...more] };
    const written = tail.withTail(text, '03-stft', changed);
    notEqual(written, text);
    type Cells = { cells: { id: string; source: string[] }[] };
    const [before, after] = [text, written].map((json) => (JSON.parse(json) as Cells).cells);
    const different = after.filter((cell, i) => JSON.stringify(cell) !== JSON.stringify(before[i]));
    equal(different.length, 1);
    match(different[0].source.join(''), /^\*\*1\.\*\* How many frames\?\n/);
    equal(new Set(after.map(({ id }) => id)).size, after.length);
    const fewer = tail.withTail(text, '03-stft', { exercises: more });
    equal((JSON.parse(fewer) as Cells).cells.length, before.length - 3);
  });
});
