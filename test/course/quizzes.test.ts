import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseQuiz, type QuizQuestion, readQuiz } from 'onpa/dist/exercises/quiz-file.js';
import { inRepository } from '../fixtures.js';

/** '01-waveform' … 'beyond/vocoder': what lies in a folder of the repository and ends so. */
const stems = (folder: string, ending: string) =>
  readdirSync(inRepository(folder), { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith(ending) && !name.includes('.ipynb_checkpoints'))
    .map((name) => name.slice(0, -ending.length))
    .sort();

const lessons = stems('notebooks', '.ipynb');
const place = ({ options }: QuizQuestion) => options.findIndex(({ right }) => right);

describe('the quizzes', () => {
  it('are there for every lesson, and for nothing else', () => {
    deepEqual(stems('course/quizzes', '.yaml'), lessons);
  });

  it('are files as course/README.md shows one', () => {
    const page = readFileSync(inRepository('course', 'README.md'), 'utf8');
    const [, example] = /^```yaml\n([^`]+)```$/m.exec(page)!;
    const [shown] = parseQuiz(example, 'course/README.md').questions;
    const [asked] = readQuiz('01-waveform').questions;
    equal(shown.question, asked.question);
    for (const { text, right } of shown.options) equal(asked.options.find((it) => it.text === text)?.right, right);
  });

  for (const name of lessons.filter((it) => existsSync(inRepository('course', 'quizzes', `${it}.yaml`)))) {
    describe(name, () => {
      const { questions } = readQuiz(name);

      it('has ten questions of three or four options, all different', () => {
        equal(questions.length, 10);
        for (const key of ['question', 'questionJa'] as const) {
          equal(new Set(questions.map((it) => it[key])).size, 10);
        }
        for (const { question, options } of questions) {
          ok(options.length === 3 || options.length === 4, question);
          for (const key of ['text', 'textJa', 'why', 'whyJa'] as const) {
            equal(new Set(options.map((it) => it[key])).size, options.length, question);
          }
        }
      });

      it('has English in one language and Japanese in the other', () => {
        const texts = (language: '' | 'Ja') =>
          questions.flatMap((it) => [
            it[`question${language}`],
            ...it.options.flatMap((option) => [option[`text${language}`], option[`why${language}`]]),
          ]);
        deepEqual(
          texts('').filter((text) => /[ぁ-んァ-ヴ一-龠。、]/.test(text)),
          [],
        );
        const prose = questions.flatMap((it) => [it.questionJa, ...it.options.map(({ whyJa }) => whyJa)]);
        deepEqual(
          prose.filter((text) => !/[ぁ-ん].*[。]$/s.test(text)),
          [],
        );
      });

      it('does not give the right answer away by its place or its length', () => {
        const places = questions.map(place);
        for (const at of [0, 1, 2]) ok(places.filter((it) => it === at).length >= 2, `places ${places}`);
        for (const key of ['text', 'textJa'] as const) {
          const shares = questions.map((it) => {
            const lengths = it.options.map((option) => option[key].length);
            return { right: lengths[place(it)], others: lengths.filter((_, i) => i !== place(it)) };
          });
          const longest = shares.filter(({ right, others }) => right > Math.max(...others)).length;
          const shortest = shares.filter(({ right, others }) => right < Math.min(...others)).length;
          ok(
            longest <= 5 && shortest <= 5,
            `${key}: the right answer is the longest ${longest}, the shortest ${shortest} times`,
          );
        }
      });

      it('never offers all or none of the others as an answer', () => {
        const texts = questions.flatMap(({ options }) => options.flatMap(({ text, textJa }) => [text, textJa]));
        deepEqual(
          texts.filter((text) =>
            /\b(all|both|none|neither) of (the above|these|them)\b|すべて正しい|上のすべて/i.test(text),
          ),
          [],
        );
      });
    });
  }
});
