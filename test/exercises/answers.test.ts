import { equal, match, ok } from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { check, FloatMatrix, Matrix } from 'onpa';
import { exerciseScript } from '../course/exercises.js';
import { said } from './said.js';

/** Numbers that repeat themselves late, in [-1, 1). */
const noise = (length: number) => Float32Array.from({ length }, (_, i) => ((i * 7919) % 2003) / 1001.5 - 1);

type Score = { label: string; score: number };

/** What the lessons have when their checks run. */
const lesson = {
  check,
  amplitudeDb: noise(2049).map((x) => 60 * x - 60),
  samples: noise(22050),
  framing: { sampleRate: 22050, nFft: 2048 },
  states: new FloatMatrix(50, 8, noise(400)),
  confusion: new Matrix([
    [5, 1, 0],
    [2, 3, 1],
    [0, 1, 6],
  ]),
  answer: [
    { label: 'reggae', score: 0.7 },
    { label: 'disco', score: 0.2 },
    { label: 'blues', score: 0.1 },
  ],
};

const sum = (list: ArrayLike<number>): number => Array.from(list).reduce((total, x) => total + x, 0);
const isPeak = (x: ArrayLike<number>, k: number): boolean => x[k] > x[k - 1] && x[k] > x[k + 1];
const bins = (x: ArrayLike<number>): number[] => Array.from(x, (_, k) => k).slice(1, -1);

function added(frames: Float64Array[], hop: number, List: Float32ArrayConstructor | ArrayConstructor): number[] {
  const whole = new List(hop * (frames.length - 1) + frames[0].length).fill(0) as number[];
  for (const [t, frame] of frames.entries()) for (const [i, x] of frame.entries()) whole[t * hop + i] += x;
  return whole;
}
const triangle = (hz: number, low: number, peak: number, high: number): number =>
  hz <= low || hz >= high ? 0 : hz < peak ? (hz - low) / (peak - low) : (high - hz) / (high - peak);
const weighted = (frames: number[][], mask: number[]): number[] =>
  frames[0].map((_, c) => sum(frames.map((frame, t) => mask[t] * frame[c])) / sum(mask));
function f1(rows: number[][], nothing: (tp: number, named: number, actual: number) => number): number {
  const each = rows.map((row, c) => {
    const [tp, named, actual] = [row[c], sum(rows.map((other) => other[c])), sum(row)];
    return tp === 0 ? nothing(tp, named, actual) : (2 * (tp / named) * (tp / actual)) / (tp / named + tp / actual);
  });
  return sum(each) / each.length;
}
const entry = (name: string, type: string, value: number) => ({
  metrics: [{ value, type: 'accuracy', name: 'Accuracy' }],
  dataset: { name, type },
  task: { type: 'audio-classification', name: 'Audio Classification' },
});

type Answer = (...inputs: never[]) => unknown;

/** Functions to be built: what is right though it is made in another way, and what only seems to be. */
const functions: [stem: string, name: string, right: Answer[], wrong: Answer[]][] = [
  [
    '01-waveform',
    'aliasFrequency',
    [
      (hz: number, rate: number) => (rate / Math.PI) * Math.asin(Math.abs(Math.sin((Math.PI * hz) / rate))),
      (hz: number, rate: number) => (rate / 2 / Math.PI) * Math.acos(Math.cos((2 * Math.PI * hz) / rate)),
      (hz: number, rate: number) => Math.min(hz % rate, rate - (hz % rate)),
    ],
    [
      (hz: number, rate: number) => (hz > rate / 2 ? Math.abs(rate - hz) : hz),
      (hz: number, rate: number) => 1.001 * Math.min(hz % rate, rate - (hz % rate)),
      (hz: number, rate: number) => Math.max(1, Math.min(hz % rate, rate - (hz % rate))),
    ],
  ],
  [
    '02-spectrum',
    'findPeaks',
    [
      (x: ArrayLike<number>, least: number) => Int32Array.from(bins(x).filter((k) => isPeak(x, k) && x[k] >= least)),
      (x: ArrayLike<number>, least: number) =>
        Float32Array.from(bins(x).filter((k) => isPeak(x, k) && !(x[k] < least))),
    ],
    [
      (x: ArrayLike<number>, least: number) => bins(x).filter((k) => isPeak(x, k) && x[k] > least),
      (x: ArrayLike<number>) => bins(x).filter((k) => isPeak(x, k)),
      (x: ArrayLike<number>, least: number) =>
        bins(x).filter((k) => x[k] >= x[k - 1] && x[k] >= x[k + 1] && x[k] >= least),
      (x: ArrayLike<number>, least: number) =>
        Array.from(x, (_, k) => k).filter((k) => x[k] >= least && !(x[k - 1] >= x[k]) && !(x[k + 1] >= x[k])),
    ],
  ],
  [
    '03-stft',
    'overlapAdd',
    [
      (frames: Float64Array[], hop: number) => added(frames, hop, Array),
      (frames: Float64Array[], hop: number) => added(frames, hop, Float32Array),
    ],
    [
      (frames: Float64Array[]) => frames.flatMap((frame) => Array.from(frame)),
      (frames: Float64Array[], hop: number) => added(frames, hop, Array).map((x) => x / 2),
    ],
  ],
  [
    '04-mel',
    'melFilter',
    [
      (all: Float64Array, ...feet: [number, number, number]) => Array.from(all, (hz) => triangle(hz, ...feet)),
      (all: Float64Array, ...feet: [number, number, number]) => Float32Array.from(all, (hz) => triangle(hz, ...feet)),
    ],
    [
      (all: Float64Array, low: number, peak: number) =>
        all.map((hz) => Math.max(0, 1 - Math.abs(hz - peak) / (peak - low))),
      (all: Float64Array, low: number, _: number, high: number) => all.map((hz) => Number(hz > low && hz < high)),
    ],
  ],
  [
    '05-distilhubert',
    'meanPool',
    [weighted, (frames: number[][], mask: number[]) => Float32Array.from(weighted(frames, mask))],
    [
      (frames: number[][]) =>
        weighted(
          frames,
          frames.map(() => 1),
        ),
      // As if padding were always at the end.
      (frames: number[][], mask: number[]) => {
        const sound = frames.slice(0, sum(mask));
        return weighted(
          sound,
          sound.map(() => 1),
        );
      },
      (frames: number[][], mask: number[]) => weighted(frames, mask).map((x) => (x * sum(mask)) / mask.length),
    ],
  ],
  [
    '06-training',
    'macroF1',
    [
      (rows: number[][]) => f1(rows, () => 0),
      (rows: number[][]) => f1(rows, (tp, named, actual) => (2 * tp) / (named + actual)),
    ],
    [
      // Not a number where nothing is named, or where nothing is right.
      (rows: number[][]) => f1(rows, (tp, named, actual) => tp / named + tp / actual),
      (rows: number[][]) => f1(rows, (tp, named, actual) => ((2 * tp) / named / actual) * (tp / 0)),
      (rows: number[][]) => sum(rows.map((row, c) => row[c])) / sum(rows.flat()),
      (rows: number[][]) =>
        f1(
          rows.map((_, c) => rows.map((row) => row[c])),
          () => 1,
        ),
    ],
  ],
  [
    '07-push',
    'resultEntry',
    [entry, (name: string, type: string, value: number) => JSON.parse(JSON.stringify(entry(name, type, value)))],
    [
      () => entry('GTZAN', 'marsyas/gtzan', 0.82),
      (name: string) => entry(name, 'marsyas/gtzan', 0.82),
      (name: string, type: string) => entry(name, type, 0.82),
      (name: string, type: string, value: number) => entry(type, name, value),
    ],
  ],
  [
    '08-inference',
    'nameOrNone',
    [
      (scores: Score[], least: number) =>
        scores.reduce((top, one) => (one.score >= least && one.score > top.score ? one : top), {
          label: 'none',
          score: -1,
        }).label,
      (scores: Score[], least: number) => {
        const top = Math.max(...scores.map(({ score }) => score));
        return scores.find(({ score }) => score === top && score >= least)?.label ?? 'none';
      },
    ],
    [
      ([first]: Score[], least: number) => (first.score >= least ? first.label : 'none'),
      (scores: Score[], least: number) => scores.find(({ score }) => score >= least)?.label ?? 'none',
      ([first]: Score[], least: number) => (first.score > least ? first.label : 'none'),
      () => 'reggae',
    ],
  ],
];

describe('the functions that are built at the end of a lesson', () => {
  for (const [stem, name, right, wrong] of functions) {
    it(`${name} may be made in several ways, and what only seems right is found by the lesson’s own checks`, async () => {
      const { exercises } = (await exerciseScript()).readExercises(stem);
      const cells = exercises
        .flatMap(({ tests }) => tests)
        .filter(({ kind, source }) => kind === 'check' && source.includes(`(${name},`));
      ok(cells.length > 0);
      const verdicts = (answer: Answer): string[] =>
        cells.map(({ source }) => said(() => void runInNewContext(source, { ...lesson, [name]: answer }), answer));
      for (const answer of right) for (const verdict of verdicts(answer)) equal(verdict, '✓ right', String(answer));
      for (const answer of wrong) match(verdicts(answer).join('\n'), /^Not yet: for /m, String(answer));
    });
  }

  it('tell numbers as one writes them', () => {
    const verdict = said(
      (fn) => check.lesson2.findPeaks(fn, noise(50), 0.05),
      () => [],
    );
    match(verdict, /for \[-0\.95, 1\.05, 0\.05\] and at least 0\.05 it gives 0 entries/);
  });
});
