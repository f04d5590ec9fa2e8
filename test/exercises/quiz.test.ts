import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ParameterError, quiz } from 'onpa';
import { parseQuiz } from 'onpa/dist/exercises/quiz-file.js';
import { quizHtml } from 'onpa/dist/exercises/quiz-html.js';
import { inRepository } from '../fixtures.js';

/** What a cell shows that calls `quiz(name)`. */
function shown(name: string): Record<string, string> {
  const outputs: { data: Record<string, string> }[] = [];
  const kernel = path.join('/kernel', 'tslab', 'dist', 'jupyter.js');
  const exports = { lastWriteDisplayData: (output: (typeof outputs)[0]) => outputs.push(output) };
  require.cache[kernel] = { id: kernel, filename: kernel, loaded: true, exports } as never;
  try {
    quiz(name);
  } finally {
    delete require.cache[kernel];
  }
  equal(outputs.length, 1);
  return outputs[0].data;
}

/** A quiz of one question; `change` is what is wrong with it. */
function written(change: (lines: string[]) => string[] = (lines) => lines): string {
  return change([
    'title: sound',
    'titleJa: 音',
    'questions:',
    '  - question: Is `a < b` *so*?',
    '    questionJa: 本当ですか。',
    '    options:',
    '      - text: Yes',
    '        textJa: はい',
    '        right: true',
    '        why: It & that are.',
    '        whyJa: そうです。',
    '      - text: No',
    '        textJa: いいえ',
    '        why: It is.',
    '        whyJa: 違いません。',
  ]).join('\n');
}

const replaced = (line: string, by: string) => written((lines) => lines.map((it) => (it.trim() === line ? by : it)));

describe('quiz', () => {
  const { 'text/html': html, 'text/plain': plain } = shown('01-waveform');
  const [english, japanese] = html.split('<details lang="ja">');

  it('shows ten questions, in English and folded in Japanese', () => {
    ok(english.startsWith('<section lang="en">') && english.trimEnd().endsWith('</section>'));
    ok(japanese.startsWith('<summary>日本語</summary>') && japanese.endsWith('</details>'));
    for (const part of [english, japanese]) equal(part.match(/<li\b/g)?.length, 10);
    match(japanese, /[ぁ-ん]/);
  });

  it('says of each answer, when it is opened, whether it is right and why', () => {
    for (const [part, right, wrong] of [
      [english, /✓ Right\.<\/strong> \S/g, /✗ Not quite\.<\/strong> \S/g],
      [japanese, /✓ 正解です。<\/strong> \S/g, /✗ 違います。<\/strong> \S/g],
    ] as const) {
      const answers = (part.match(/<summary>[A-F]\. /g) ?? []).length;
      equal(part.match(right)?.length, 10);
      equal(part.match(wrong)?.length, answers - 10);
    }
  });

  it('has no script, no heading and nothing that JupyterLab takes out of a notebook that is not trusted', () => {
    const tags = new Set([...html.matchAll(/<\/?(\w+)/g)].map(([, tag]) => tag));
    const kept = ['section', 'details', 'summary', 'p', 'ol', 'li', 'strong', 'em', 'code'];
    deepEqual(
      [...tags].filter((tag) => !kept.includes(tag)),
      [],
    );
    const attributes = new Set([...html.matchAll(/ (\w+)="/g)].map(([, name]) => name));
    deepEqual([...attributes].sort(), ['lang', 'style']);
  });

  it('is a line of text where no HTML is shown', () => {
    equal(plain, 'Quiz: 10 questions on the waveform');
  });

  it('does nothing outside of a notebook', () => {
    equal(quiz('01-waveform'), undefined);
  });

  it('escapes what the texts have, and marks code and emphasis', () => {
    const page = quizHtml(parseQuiz(written(), 'q.yaml'));
    match(page, /<p[^>]*>Is <code>a &#60; b<\/code> <em>so<\/em>\?<\/p>/);
    match(page, /✓ Right\.<\/strong> It &#38; that are\./);
  });

  it('says which quizzes there are where a name is wrong, or leads elsewhere', () => {
    for (const name of ['', 'waveform', '../../package', '01-waveform.yaml']) {
      throws(() => quiz(name), { name: 'ParameterError', message: /there is no quiz '.*'; there are 01-waveform/ });
    }
    throws(() => quiz(undefined as never), { name: 'ParameterError', message: /give that of a lesson: '01-waveform'/ });
  });

  it('is not there where the package is installed alone, and the error says so', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'onpa-alone-'));
    try {
      const modules = path.join(folder, 'node_modules');
      await mkdir(path.join(modules, 'onpa'), { recursive: true });
      await symlink(inRepository('node_modules', 'yaml'), path.join(modules, 'yaml'));
      const names = ['course-data', 'errors', 'html', 'notebook', 'numbers'].map((name) => `${name}.js`);
      for (const name of [...names, ...['quiz', 'quiz-file', 'quiz-html'].map((it) => `exercises/${it}.js`)]) {
        await cp(inRepository('lib', 'dist', name), path.join(modules, 'onpa', 'dist', name));
      }
      // The package of another, which happens to lie beside it.
      const quizzes = path.join(modules, 'course', 'quizzes');
      await mkdir(quizzes, { recursive: true });
      await writeFile(path.join(quizzes, '01-waveform.yaml'), written());
      const alone = createRequire(__filename)(path.join(modules, 'onpa', 'dist', 'exercises', 'quiz.js'));
      throws(() => alone.quiz('01-waveform'), {
        name: 'ParameterError',
        message: /the quizzes come with the course.*clone the course's repository/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a file of questions', () => {
  for (const [what, text, message] of [
    ['is no YAML', 'title: [', /^q\.yaml is not YAML: .*line 1/s],
    ['is empty', '', /^q\.yaml is null; give title, titleJa, questions/],
    ['has no title', replaced('title: sound', ''), /^q\.yaml: 'title' is missing; give a text/],
    ['has no questions', 'title: a\ntitleJa: a\nquestions: []', /^q\.yaml: 'questions' is no list/],
    ['has no Japanese', replaced('textJa: いいえ', ''), /^q\.yaml, question 1, option B: 'textJa' is missing/],
    ['has a number', replaced('- text: No', '      - text: 12'), /option B: 'text' is .*put it in quotes/],
    ['has a blank reason', replaced('why: It is.', '        why: ""'), /option B: 'why' is empty; give a text/],
    ['has no right answer', replaced('right: true', ''), /^q\.yaml, question 1 has 0 right options; mark one/],
    ['has two', replaced('why: It is.', '        why: It is.\n        right: true'), /question 1 has 2 right options/],
    ['says right: yes', replaced('right: true', "        right: 'yes'"), /option A: 'right' is .*write 'right: true'/],
    [
      'has another key',
      replaced('right: true', '        correct: true'),
      /option A: 'correct' is no key; there are text/,
    ],
    ['has one option', written((lines) => lines.slice(0, 11)), /^q\.yaml, question 1 has 1 options; give 2 to 6/],
    [
      'has a list for an option',
      replaced('- text: No', '      - [No]').split('\n').slice(0, 12).join('\n'),
      /option B is/,
    ],
  ] as const) {
    it(`that ${what} is refused, and the error names the place`, () => {
      throws(
        () => parseQuiz(text, 'q.yaml'),
        (error: Error) => {
          ok(error instanceof ParameterError);
          match(error.message, message);
          return true;
        },
      );
    });
  }
});
