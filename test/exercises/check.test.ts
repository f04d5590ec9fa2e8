import { deepEqual, equal, match, throws } from 'node:assert/strict';
import {
  check,
  confusionMatrix,
  ExerciseError,
  type LogEntry,
  load,
  Matrix,
  ParameterError,
  quantize,
  type TrainerState,
  TrainingArguments,
} from 'onpa';
import { audio } from '../fixtures.js';
import { type Check, grading, said } from './said.js';

const distilhubert = {
  convKernel: [10, 3, 3, 3, 3, 2, 2],
  convStride: [5, 2, 2, 2, 2, 2, 2],
  numAttentionHeads: 12,
};

// Of blues a half is found, of jazz a quarter, of metal all; nothing is rock.
const names = ['blues', 'jazz', 'metal', 'rock'];
const confusion = new Matrix([
  [1, 1, 0, 0],
  [2, 1, 1, 0],
  [0, 0, 3, 0],
  [0, 0, 0, 0],
]);

const logHistory: LogEntry[] = [
  { epoch: 0, step: 0, eval_loss: 0.1 },
  { epoch: 1, step: 10, loss: 2 },
  { epoch: 1, step: 10, eval_loss: 1.5 },
  { epoch: 2, step: 20, eval_loss: 0.7 },
  { epoch: 3, step: 30, eval_loss: Number.NaN },
  { epoch: 4, step: 40, eval_loss: 0.9 },
];

const trainer = {
  args: new TrainingArguments({ warmupRatio: 0.1 }),
  state: { maxSteps: 295 } as TrainerState,
};

const pretrained = { settings: { numClasses: [25], maskProb: 0.8, maskLength: 10 } };

const sampleRate = 22050;
const levels = Float32Array.of(-60, -60, -20, -60, 0, -60, -10);

/** Each exercise: its check, answers that are right, and near misses. */
const exercises: [name: string, check: Check, right: unknown[], wrong: unknown[]][] = [
  ['lesson1.count', check.lesson1.count, [15_876_000, 3 * 60 * 44100 * 2], [7_938_000, 15_876_001, -15_876_000]],
  ['lesson1.alias', check.lesson1.alias, [3000], [5000, 3001, -3000, 4000]],
  ['lesson2.bin', (x) => check.lesson2.bin(x, { sampleRate }), [186], [185, 187, 185.76]],
  ['lesson2.bin at 16 kHz', (x) => check.lesson2.bin(x, { sampleRate: 16000 }), [256], [186, 255]],
  ['lesson2.samples', check.lesson2.samples, [44100], [11025, 44099, 44101, 88200, 1e9]],
  ['lesson2.harmonic', (x) => check.lesson2.harmonic(x, [2, 4, 6], levels), [2], [1, 3, 4, 2.1]],
  ['lesson3.frames', check.lesson3.frames, [431], [430, 432, 430.66]],
  ['lesson3.samples', check.lesson3.samples, [400, 0.025 * 16000], [399, 25, 0.4]],
  ['lesson3.nFft', check.lesson3.nFft, [16384], [4096, 8192, 8820, 32768]],
  ['lesson4.numbers', check.lesson4.numbers, [8000], [100, 7999, 80]],
  ['lesson4.mel', check.lesson4.mel, [6, 400 / (200 / 3)], [5.99, 6.01, 10]],
  ['lesson4.band', check.lesson4.band, [18], [17, 19, 20]],
  ['lesson5.frames', (x) => check.lesson5.frames(x, distilhubert), [1499], [1500, 1498]],
  ['lesson5.samples', (x) => check.lesson5.samples(x, distilhubert), [3280], [3279, 3281, 3200]],
  ['lesson5.weights', (x) => check.lesson5.weights(x, distilhubert), [12 * 1499 ** 2], [12 * 1499, 1499 ** 2]],
  ['lesson6.genre', (x) => check.lesson6.genre(x, confusion, names), ['jazz', ' Jazz'], ['blues', 'rock', 'polka']],
  ['lesson6.warmUp', (x) => check.lesson6.warmUp(x, trainer), [30], [29, 29.5, 31, 295]],
  ['lesson6.loss', check.lesson6.loss, [2.3, 2.304, Math.LN10], [2.29, 2.31, -2.3, 1]],
  ['lesson7.key', check.lesson7.key, ['base_model', 'base_model:'], ['model', 'basemodel', 'library_name']],
  ['lesson7.bytes', check.lesson7.bytes, [4], [2, 8, 32, 4.01]],
  ['lesson7.epoch', (x) => check.lesson7.epoch(x, logHistory), [2], [0, 1, 3, 4]],
  ['lesson8.logits', check.lesson8.logits, [0.69, 0.694, Math.LN2], [0.68, 0.7, 2]],
  ['lesson8.positions', check.lesson8.positions, [26], [25, 6, 30]],
  ['browser.bytes', check.browser.bytes, [2_371_584], [2_359_296, 9_437_184, 2_371_583]],
  ['browser.level', check.browser.level, [-25], [25, -24, -12.7]],
  ['browser.half', check.browser.half, [2048], [2047, 2049, 1024, 65_504]],
  ['pretraining.labels', (x) => check.pretraining.labels(x, new Int32Array(197)), [99], [98, 98.5, 197]],
  ['pretraining.loss', (x) => check.pretraining.loss(x, pretrained), [3.22, Math.log(25)], [3.21, 0.04, -3.22]],
  ['pretraining.spans', (x) => check.pretraining.spans(x, 99, pretrained), [7], [8, 7.92, 79]],
  ['vocoder.samples', check.vocoder.samples, [3.2], [256, 80, 0.3125]],
  ['vocoder.tones', check.vocoder.tones, [93.75], [256, 86.13, 24000]],
  ['vocoder.turn', check.vocoder.turn, [0.68, 0.678], [32.1, 5.11, 0.11]],
  ['lesson8.probability', check.lesson8.probability, [0.1], [0, 1, 10, 0.11]],
];

describe('check', () => {
  it('has four exercises for each of the lessons, of which one is a function, and three for those beyond', () => {
    const counts = Object.entries(check).map(([lesson, its]) => `${lesson}: ${Object.keys(its).length}`);
    deepEqual(counts, [
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `lesson${n}: 4`),
      'browser: 3',
      'pretraining: 3',
      'vocoder: 3',
    ]);
  });

  for (const [name, run, right, wrong] of exercises) {
    it(`${name} knows right from nearly right, and says nothing before there is an answer`, () => {
      for (const answer of right) equal(said(run, answer), '✓ right', `${answer}`);
      for (const answer of wrong) match(said(run, answer), /^Not yet: \S/, `${answer}`);
      for (const answer of [undefined, null, '', ' ']) equal(said(run, answer), 'Not answered yet.');
    });

    it(`${name} is an error of its own where it is graded and not right`, () => {
      const called = `check.${name.split(' ')[0]}: `;
      grading('1', () => {
        equal(said(run, right[0]), '✓ right');
        for (const answer of [wrong[0], undefined, Number.NaN, {}]) {
          throws(
            () => run(answer),
            (error: Error) => error instanceof ExerciseError && error.message.startsWith(called),
          );
        }
      });
    });
  }

  it('says of what is none of the kind that is asked for what to give', () => {
    const cases: [Check, unknown, string][] = [
      [check.lesson1.count, '15876000', "the answer is '15876000'; give a number, without quotes."],
      [check.lesson1.count, Number.NaN, 'the answer is NaN; give a number.'],
      [check.lesson1.count, Infinity, 'the answer is Infinity; give a number.'],
      [check.lesson1.count, 3000n, 'the answer is the bigint 3000; give a number.'],
      [check.lesson1.count, [1, 2], 'the answer is an array of 2; give a number.'],
      [check.lesson1.count, () => 1, 'the answer is a function; give a number.'],
      [check.lesson7.key, 7, 'the answer is 7; give a word, in quotes.'],
      [check.lesson7.key, {}, 'the answer is an object; give a word, in quotes.'],
    ];
    for (const [run, answer, words] of cases) equal(said(run, answer), `Not yet: ${words}`);
  });

  it('grades unless ONPA_GRADING is empty or 0', () => {
    for (const value of ['', '0']) grading(value, () => equal(said(check.lesson1.count, 1).slice(0, 8), 'Not yet:'));
    for (const value of ['1', 'true']) grading(value, () => throws(() => check.lesson1.count(1), ExerciseError));
  });

  it('grades where nbgrader runs the notebook', () => {
    grading('0', () => {
      for (const value of ['autograde', 'validate']) {
        process.env.NBGRADER_EXECUTION = value;
        try {
          throws(() => check.lesson1.count(1), ExerciseError);
        } finally {
          delete process.env.NBGRADER_EXECUTION;
        }
      }
    });
  });

  it('cannot be changed by those who are graded', () => {
    const own = check as unknown as Record<string, Record<string, unknown>>;
    throws(() => {
      own.lesson1 = {};
    }, TypeError);
    throws(() => {
      own.lesson1.count = () => {};
    }, TypeError);
  });

  it('knows how many bits the sound needs that it is given, however long that is', async () => {
    const trumpet = await load(audio('trumpet.ogg'));
    const bits = (waveform: typeof trumpet) => (answer: unknown) => check.lesson1.bits(answer, waveform);
    equal(said(bits(trumpet), 10), '✓ right');
    for (const answer of [9, 11, 10.5]) match(said(bits(trumpet), answer), /^Not yet/);
    // Four times as quiet is two bits more; what has three bits needs no more, also for a minute.
    const quiet = { ...trumpet, samples: trumpet.samples.map((x) => x / 4) };
    equal(said(bits(quiet), 12), '✓ right');
    const minute = Float32Array.from({ length: 60 * 22050 }, (_, n) => Math.sin(n / 10));
    const coarse = { samples: quantize(minute, 3), sampleRate };
    equal(said(bits(coarse), 3), '✓ right');
    equal(said(bits(coarse), undefined), 'Not answered yet.');
  });

  it('takes each of several classes, or epochs, that are equally good', () => {
    const even = confusionMatrix([0, 0, 1, 1], [0, 1, 0, 1], { numClasses: 2 });
    for (const name of ['a', 'b'])
      equal(
        said((x) => check.lesson6.genre(x, even, ['a', 'b']), name),
        '✓ right',
      );
    const twice = [...logHistory, { epoch: 5, step: 50, eval_loss: 0.7 }];
    for (const epoch of [2, 5])
      equal(
        said((x) => check.lesson7.epoch(x, twice), epoch),
        '✓ right',
      );
  });

  it('names what it needs of the lesson, answered or not', () => {
    const silent = { samples: new Float32Array(100), sampleRate };
    const bad = undefined as never;
    const calls: [() => void, RegExp][] = [
      [() => check.lesson1.bits(undefined, bad), /waveform is undefined/],
      [() => check.lesson1.bits(10, silent), /silent/],
      [() => check.lesson2.bin(186, bad), /sampleRate is undefined/],
      [() => check.lesson2.harmonic(2, [], levels), /peaks is empty/],
      [() => check.lesson2.harmonic(2, [1], bad), /amplitudeDb is undefined/],
      [() => check.lesson5.frames(1499, bad), /config is undefined/],
      [() => check.lesson6.genre('jazz', bad, names), /confusion is undefined/],
      [() => check.lesson6.genre('jazz', confusion, bad), /names is undefined/],
      [() => check.lesson6.warmUp(30, bad), /trainer has not trained/],
      [() => check.lesson7.epoch(2, bad), /logHistory is undefined/],
      [() => check.lesson7.epoch(2, [{ epoch: 1, step: 1, loss: 2 }]), /logHistory has no eval_loss/],
    ];
    for (const [call, message] of calls) {
      throws(call, (error: Error) => error instanceof ParameterError && message.test(error.message));
    }
  });
});
