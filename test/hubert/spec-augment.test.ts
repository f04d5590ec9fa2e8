import assert from 'node:assert/strict';
import { ParameterError } from 'onpa';
import { MersenneTwister } from 'onpa/dist/dsp/mersenne-twister.js';
import { computeMaskIndices } from 'onpa/dist/hubert/spec-augment.js';
import { fixture } from '../fixtures.js';

interface Plan {
  shape: [number, number];
  probability: number;
  length: number;
  minMasks: number;
  lengths?: number[];
  draws: number;
  mean: number[];
  deviation: number[];
}

const reference = fixture<Plan>('hubert/masks');

/** Draws masks again and again from one sequence of random numbers. */
function drawn(plan: Omit<Plan, 'draws' | 'mean' | 'deviation'>, draws: number): boolean[][][] {
  const numbers = new MersenneTwister(11);
  return Array.from({ length: draws }, () => computeMaskIndices(plan, () => numbers.next()));
}

const masked = (row: boolean[]): number => row.filter(Boolean).length;

/** The lengths of the runs of true. */
const runs = (row: boolean[]): number[] =>
  row
    .map((value) => (value ? '1' : '0'))
    .join('')
    .split(/0+/)
    .filter(Boolean)
    .map((run) => run.length);

describe('The masks of SpecAugment', () => {
  for (const [name, { draws, mean, deviation, ...plan }] of Object.entries(reference.cases)) {
    const masks = () => drawn(plan, draws);

    it(`${name}: cover as many frames as Transformers' on average`, () => {
      const drawings = masks();
      mean.forEach((expected, row) => {
        const counts = drawings.map((mask) => masked(mask[row]));
        const average = counts.reduce((sum, count) => sum + count, 0) / draws;
        // Five standard errors of the difference of two averages.
        const allowed = 5 * Math.max(deviation[row], 1e-9) * Math.sqrt(2 / draws);
        assert.ok(
          Math.abs(average - expected) <= allowed,
          `row ${row}: ${average} instead of ${expected} ± ${allowed}`,
        );
      });
    });

    it(`${name}: cover each frame as often as Transformers'`, () => {
      const drawings = masks();
      const { data, shape } = reference.tensor(name, 'F32');
      for (let i = 0; i < data.length; i++) {
        const [row, frame] = [Math.floor(i / shape[1]), i % shape[1]];
        const share = drawings.filter((mask) => mask[row][frame]).length / draws;
        const allowed = 5 * Math.sqrt((2 * data[i] * (1 - data[i])) / draws) + 2 / draws;
        assert.ok(Math.abs(share - data[i]) <= allowed, `row ${row}, frame ${frame}: ${share} instead of ${data[i]}`);
      }
    });

    it(`${name}: consist of whole spans inside the sound`, () => {
      for (const mask of drawn(plan, 200)) {
        assert.equal(mask.length, plan.shape[0]);
        mask.forEach((row, i) => {
          assert.equal(row.length, plan.shape[1]);
          assert.equal(row.lastIndexOf(true) < (plan.lengths?.[i] ?? plan.shape[1]), true);
          for (const run of runs(row)) assert.ok(run >= plan.length, `a run of ${run} frames`);
        });
      }
    });
  }

  it('differ from row to row and from draw to draw', () => {
    const [first, second] = drawn({ shape: [2, 249], probability: 0.2, length: 10, minMasks: 0 }, 2);
    assert.notDeepEqual(first[0], first[1]);
    assert.notDeepEqual(first, second);
  });

  it('round the number of spans up as often as its fraction says', () => {
    // 1.25 spans of one frame each.
    const counts = drawn({ shape: [1, 50], probability: 0.025, length: 1, minMasks: 0 }, 4000).map(([row]) =>
      masked(row),
    );
    assert.deepEqual([...new Set(counts)].sort(), [1, 2]);
    const share = counts.filter((count) => count === 2).length / counts.length;
    assert.ok(Math.abs(share - 0.25) < 0.04, `${share}`);
  });

  it('are refused where a span is longer than a row', () => {
    assert.throws(
      () => computeMaskIndices({ shape: [1, 9], probability: 0.5, length: 10 }),
      (error: Error) => error instanceof ParameterError && /length.*10/.test(error.message) && /9/.test(error.message),
    );
  });

  it('are refused for a probability above 1 and spans without frames', () => {
    assert.throws(() => computeMaskIndices({ shape: [1, 9], probability: 1.5, length: 2 }), ParameterError);
    assert.throws(() => computeMaskIndices({ shape: [1, 9], probability: 0.5, length: 0 }), ParameterError);
  });
});
