import { equal, match, throws } from 'node:assert/strict';
import { check, ExerciseError, FloatMatrix, Matrix, ParameterError, rfft } from 'onpa';
import { type Check, grading, said } from './said.js';

/** Numbers that repeat themselves late, in [-1, 1). */
const noise = (length: number) => Float32Array.from({ length }, (_, i) => ((i * 7919) % 2003) / 1001.5 - 1);

const framing = { sampleRate: 22050, nFft: 2048 };
const states = new FloatMatrix(50, 8, noise(400));
const scores = [
  { label: 'jazz', score: 0.2 },
  { label: 'disco', score: 0.7 },
  { label: 'blues', score: 0.1 },
];
// Nothing is taken for the second class, and nothing belongs to the fourth.
const confusion = new Matrix([
  [3, 0, 0, 0],
  [2, 0, 0, 0],
  [1, 0, 4, 1],
  [0, 0, 0, 0],
]);

const alias = (hz: number, rate: number) => Math.abs(hz - rate * Math.round(hz / rate));
const peaks = (levels: ArrayLike<number>, least: number) =>
  Array.from(levels, (_, k) => k).filter(
    (k) =>
      k > 0 && k < levels.length - 1 && levels[k] >= least && levels[k] > levels[k - 1] && levels[k] > levels[k + 1],
  );
function overlapAdd(frames: Float64Array[], hop: number): number[] {
  const sum = Array(hop * (frames.length - 1) + frames[0].length).fill(0);
  for (const [t, frame] of frames.entries()) for (const [i, x] of frame.entries()) sum[t * hop + i] += x;
  return sum;
}
const triangle = (hz: Float64Array, low: number, peak: number, high: number) =>
  Array.from(hz, (f) => Math.max(0, Math.min((f - low) / (peak - low), (high - f) / (high - peak))));
const meanPool = (frames: number[][], mask: number[]) => {
  const sound = frames.filter((_, t) => mask[t] === 1);
  return frames[0].map((_, c) => sound.reduce((sum, frame) => sum + frame[c], 0) / sound.length);
};
function macroF1(rows: number[][]): number {
  const f1 = rows.map((row, c) => {
    const [actual, named] = [row, rows.map((other) => other[c])].map((list) => list.reduce((sum, n) => sum + n, 0));
    return row[c] === 0 ? 0 : (2 * row[c]) / (actual + named);
  });
  return f1.reduce((sum, x) => sum + x, 0) / f1.length;
}
const entry = (name: string, type: string, value: number) => ({
  dataset: { type, name },
  task: { name: 'Audio Classification', type: 'audio-classification' },
  metrics: [{ name: 'Accuracy', type: 'accuracy', value }],
});
function best(all: readonly { label: string; score: number }[], least: number): string {
  const top = Math.max(...all.map(({ score }) => score));
  return top < least ? 'none' : all.find(({ score }) => score === top)!.label;
}

type Answer = (...inputs: never[]) => unknown;

/** Each exercise whose answer is a function: a right one, and wrong ones with what is said of them. */
const exercises: [name: string, check: Check, right: Answer, wrong: [Answer, RegExp][]][] = [
  [
    'lesson1.aliasFrequency',
    (fn) => check.lesson1.aliasFrequency(fn, 8000, 8000),
    alias,
    [
      [(hz: number) => hz, /for 5,000 Hz at 8,000 Hz it gives 5000, and 3000 is right: samples cannot tell/],
      [(hz: number, rate: number) => Math.min(hz, rate / 2), /for 5,000 Hz at 8,000 Hz it gives 4000/],
    ],
  ],
  [
    'lesson1.aliasFrequency further up',
    (fn) => check.lesson1.aliasFrequency(fn, 8000, 100_000),
    alias,
    [
      [
        (hz: number, rate: number) => (hz > rate / 2 ? Math.abs(rate - hz) : hz),
        /for 37,500 Hz at 8,000 Hz it gives 29500/,
      ],
    ],
  ],
  [
    'lesson2.findPeaks',
    (fn) => check.lesson2.findPeaks(fn, noise(500), 0.5),
    peaks,
    [
      [() => [], /for \[-0\.5, 1\.5, 0\.5\] and at least 0\.5 it gives 0 entries, and 1 is right/],
      [(x: ArrayLike<number>) => peaks(x, -Infinity), /it gives 2 entries, and 1 is right/],
      [() => 1, /it gives 1; give a list of 1/],
      [() => ['1'], /it gives in \[0\] '1', and 1 is right/],
    ],
  ],
  [
    'lesson3.overlapAdd',
    (fn) => check.lesson3.overlapAdd(fn, noise(5000), 512, 128),
    overlapAdd,
    [
      [
        (frames: Float64Array[]) => frames.flatMap((frame) => [...frame]),
        /with a hop of 1 it gives in \[1\] 2, and 12 is right/,
      ],
      [
        (frames: Float64Array[], hop: number) => overlapAdd(frames, hop).slice(0, -1),
        /it gives 2 entries, and 3 are right/,
      ],
    ],
  ],
  [
    'lesson4.melFilter',
    (fn) => check.lesson4.melFilter(fn, framing, 12),
    triangle,
    [
      [
        (hz: Float64Array, low: number, peak: number) => hz.map((f) => (f - low) / (peak - low)),
        /for the frequencies \[0, 100, .*it gives in \[0\] -1, and 0 is right/,
      ],
      [(hz: Float64Array) => hz.fill(0), /it changes what it is given; work on a copy/],
      [(hz: Float64Array) => hz.map(() => Number.NaN), /it gives in \[0\] NaN, and 0 is right/],
    ],
  ],
  [
    'lesson5.meanPool',
    (fn) => check.lesson5.meanPool(fn, states, 0.6),
    meanPool,
    [
      [
        (frames: number[][]) =>
          meanPool(
            frames,
            frames.map(() => 1),
          ),
        /it gives in \[0\] 4, and 2 is right/,
      ],
      [(frames: number[][], mask: number[]) => meanPool(frames, mask).slice(1), /it gives in \[0\] 20, and 2 is right/],
    ],
  ],
  [
    'lesson6.macroF1',
    (fn) => check.lesson6.macroF1(fn, confusion),
    macroF1,
    [
      [
        (rows: number[][]) => rows[0][0] / rows.length,
        /for \[\[3, 1\], \[0, 4\]\] it gives 1\.5, and 0\.8730159 is right/,
      ],
      [(rows: number[][]) => macroF1(rows) / (rows[1][1] ? 1 : 0), /it gives Infinity/],
    ],
  ],
  [
    'lesson7.resultEntry',
    (fn) => check.lesson7.resultEntry(fn, 'Birds', 'somebody/birds', 0.5),
    entry,
    [
      [
        (name: string, type: string) => entry(name, type, 0.82),
        /it gives in metrics\[0\]\.value 0\.82, and 0\.5 is right/,
      ],
      [(name: string) => ({ dataset: { name } }), /task is missing/],
      [
        (...[name, type, value]: [string, string, number]) => ({ ...entry(name, type, value), source: 1 }),
        /it gives source as well/,
      ],
      [() => [], /it gives an empty array; give an object/],
    ],
  ],
  [
    'lesson8.nameOrNone',
    (fn) => check.lesson8.nameOrNone(fn, scores, 0.6),
    best,
    [
      [([{ label }]: typeof scores) => label, /jazz 0\.20, disco 0\.70, .* it gives 'jazz', and 'disco' is right/],
      [
        (all: typeof scores, least: number) => best(all, least + 1e-9),
        /at least 0\.700 it gives 'none', and 'disco' is right/,
      ],
      [(all: typeof scores) => best(all, 0), /at least 0\.701 it gives 'disco', and 'none' is right/],
      [
        (all: typeof scores, least: number) =>
          best(
            all.sort((a, b) => b.score - a.score),
            least,
          ),
        /it changes what it is given; work on a copy/,
      ],
    ],
  ],
];

describe('check, of an answer that is a function', () => {
  for (const [name, run, right, wrong] of exercises) {
    it(`${name} tells right ones from wrong ones, of which it names the first case`, () => {
      equal(said(run, right), '✓ right');
      for (const [answer, words] of wrong) {
        const verdict = said(run, answer);
        match(verdict, /^Not yet: for /, String(answer));
        match(verdict, words, String(answer));
      }
    });

    it(`${name} takes what gives nothing for no answer, and says what is none or goes wrong`, () => {
      for (const answer of [undefined, () => {}, () => null]) equal(said(run, answer), 'Not answered yet.');
      equal(said(run, 3), 'Not yet: the answer is 3; give a function.');
      const failing = () => {
        throw new RangeError('too many\nof them');
      };
      match(said(run, failing), /^Not yet: for .+ it throws RangeError: too many\.$/s);
      equal(
        said(run, async () => 1),
        'Not yet: it gives a promise; give the value itself, without async.',
      );
      equal(
        said(run, async () => failing()),
        'Not yet: it gives a promise; give the value itself, without async.',
      );
    });

    it(`${name} is an error of its own where it is graded and not right`, () => {
      const called = `check.${name.split(' ')[0]}: `;
      grading('1', () => {
        equal(said(run, right), '✓ right');
        for (const answer of [undefined, () => {}, () => -1, 7]) {
          throws(
            () => run(answer),
            (error: Error) => error instanceof ExerciseError && error.message.startsWith(called),
          );
        }
      });
    });
  }

  it('tells that one way through a function gives nothing', () => {
    const half = (hz: number) => (hz < 100 ? hz : undefined);
    match(
      said((fn) => check.lesson1.aliasFrequency(fn, 8000, 8000), half),
      /^Not yet: for 3,000 Hz at 8,000 Hz it gives undefined; does each way through it end with return\?$/,
    );
  });

  it('hears the alias where a spectrum has its peak', () => {
    const [rate, n] = [8000, 8000];
    for (const hz of [1000, 3999, 4001, 5000, 7000, 9000, 15_500, 20_001]) {
      const { re, im } = rfft(Float32Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * hz * i) / rate)));
      const sizes = Array.from(re, (x, k) => Math.hypot(x, im[k]));
      equal(sizes.indexOf(Math.max(...sizes)), alias(hz, rate), `${hz} Hz`);
    }
  });

  it('names what it needs of the lesson', () => {
    const bad = undefined as never;
    const calls: [() => void, RegExp][] = [
      [() => check.lesson1.aliasFrequency(alias, bad, 8000), /sampleRate is undefined/],
      [() => check.lesson1.aliasFrequency(alias, 8000, -1), /highest is -1/],
      [() => check.lesson2.findPeaks(peaks, bad, 0), /levels is undefined/],
      [() => check.lesson2.findPeaks(peaks, [1], Number.NaN), /least is NaN/],
      [() => check.lesson3.overlapAdd(overlapAdd, bad, 4, 2), /samples is undefined/],
      [() => check.lesson3.overlapAdd(overlapAdd, noise(3), 4, 2), /samples has 3; give at least the 4 of a frame/],
      [() => check.lesson4.melFilter(triangle, { sampleRate: -1, nFft: 512 }, 12), /sampleRate is -1/],
      [() => check.lesson5.meanPool(meanPool, bad, 1), /states is undefined/],
      [() => check.lesson6.macroF1(macroF1, bad), /confusion is undefined/],
      [() => check.lesson7.resultEntry(entry, 'Birds', './birds', 0.5), /type is '.\/birds'; give a name of the Hub/],
      [() => check.lesson8.nameOrNone(best, [], 0.5), /scores is an empty array/],
      [() => check.lesson8.nameOrNone(best, scores, -1), /least is -1/],
    ];
    for (const [call, message] of calls) {
      throws(call, (error: Error) => error instanceof ParameterError && message.test(error.message));
    }
  });
});
