import { equal, match, ok } from 'node:assert/strict';
import { amplitudeToDb, hzToMel, Matrix, melFilterbank, powerToDb, rfft, wilsonInterval } from 'onpa';
import { type QuizQuestion, readQuiz } from 'onpa/dist/exercises/quiz-file.js';
import { inRepository } from '../fixtures.js';
import { printed, readNotebook } from '../notebooks/notebook.js';

/** The question of a lesson that has these words. */
function asked(lesson: string, words: string): QuizQuestion {
  const found = readQuiz(lesson).questions.filter(({ question }) => question.includes(words));
  equal(found.length, 1, `${lesson}: ${words}`);
  return found[0];
}

/** In both languages. */
function right(lesson: string, words: string): string[] {
  const option = asked(lesson, words).options.find((it) => it.right)!;
  return [option.text, option.textJa];
}

/** What the quizzes quote, and the line that the lesson prints. */
const QUOTED: readonly [lesson: string, figures: readonly string[], line: RegExp][] = [
  ['02-spectrum', ['1e-15'], /^largest difference: \d\.\de-1[56]$/],
  ['04-mel', ['192 Hz'], /^128 bands: 48 Hz, 192 Hz, 359 Hz$/],
  ['04-mel', ['614 Hz'], /^40 bands: 156 Hz, 614 Hz, 1126 Hz$/],
  ['05-distilhubert', ['88 %'], /^of the same genre, any neighbour: 88 %$/],
  ['05-distilhubert', ['63 %'], /^the clip left out: 63 %, by chance: 10 %$/],
  ['06-training', ['10 %'], /^before training: 10 % right$/],
  ['06-training', ['of jazz the test has 2'], /^ +jazz \d of 2: /],
  ['06-training', ['of rock 10'], /^ +rock \d+ of 10: /],
  ['08-inference', ['98 %', '0.98'], /^speech: 0\.98$/],
  ['08-inference', ['Of the 60 clips of music 29'], /^29 of 60 clips of music get less$/],
  ['beyond/vocoder', ['0.057'], /^phases guessed: 0\.057$/],
  ['beyond/vocoder', ['0.445'], /^frequencies guessed: 0\.445$/],
];

describe('the figures of the quizzes', () => {
  it('are those that the lessons print', () => {
    for (const [lesson, figures, line] of QUOTED) {
      const texts = readQuiz(lesson).questions.flatMap(({ question, options }) => [
        question,
        ...options.map(({ why }) => why),
      ]);
      for (const figure of figures) ok(texts.join('\n').includes(figure), `${lesson} quotes ${figure}`);
      const lines = printed(readNotebook(inRepository('notebooks', `${lesson}.ipynb`)));
      ok(
        lines.some((it) => line.test(it)),
        `${lesson} prints ${line}`,
      );
    }
  });

  it('are right where they are computed', () => {
    const [quarter] = amplitudeToDb(Float32Array.of(0.25));
    for (const text of right('01-waveform', 'amplitude of 0.25'))
      match(text, new RegExp(`−${-Math.round(quarter)} dB$`));

    const wave = Float64Array.from({ length: 1000 }, (_, n) => 0.1 * Math.cos((2 * Math.PI * 8 * n) / 1000));
    for (const text of right('02-spectrum', 'fits eight times')) equal(Number(text), Math.round(rfft(wave).re[8]));

    const mels = (from: number, to: number) => hzToMel(to) - hzToMel(from);
    const steps = asked('04-mel', 'as large as that from 200 to 400 Hz').options.map(({ text, right }) => {
      const [from, to] = [...text.replaceAll(',', '').matchAll(/\d+/g)].map(Number);
      return { same: Math.abs(mels(from, to) - mels(200, 400)) < 1e-9, right: right === true };
    });
    for (const { same, right } of steps) equal(same, right);

    const bank = melFilterbank({ sampleRate: 22050, nFft: 2048, nMels: 128, fMax: 8000 });
    const { rows, columns } = bank.mmul(Matrix.ones(1025, 230));
    match(right('04-mel', 'is multiplied by')[0], new RegExp(`^${rows} bands × ${columns} frames$`));
    const [hundredth] = powerToDb(Float32Array.of(0.01));
    for (const text of right('04-mel', 'falls to a hundredth')) equal(text, `${-Math.round(hundredth)} dB`);

    for (const text of right('05-distilhubert', 'have two neighbours in common')) equal(Number(text), 400 - 320);

    const jazz = asked('06-training', '10 clips jazz');
    const [recall, precision] = [8 / 16, 8 / 10];
    const f1 = ((2 * recall * precision) / (recall + precision)).toFixed(2);
    equal(jazz.options.map(({ text }) => text).join(' '), `${recall} ${f1} ${precision}`);
    equal(right('06-training', '10 clips jazz')[0], String(recall));
    const two = asked('06-training', 'All of the 2 clips').options.find((it) => it.right)!;
    ok(two.why.includes(`from ${wilsonInterval(2, 2)[0].toFixed(2)} to 1`));

    const share = Math.exp(4) / (Math.exp(4) + Math.exp(3));
    for (const text of right('08-inference', 'a logit of 4')) equal(text, `${Math.round(100 * share)} %`);
  });
});
