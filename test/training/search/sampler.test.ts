import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Direction, Hyperparameters, SearchSpace, TrialRecord } from 'onpa';
import { logNormalMass } from 'onpa/dist/training/search/normal-mass.js';
import { ParzenEstimator } from 'onpa/dist/training/search/parzen-estimator.js';
import { type Sampler, sampleHyperparameters, splitTrials } from 'onpa/dist/training/search/sampler.js';
import { checkSpace, type Dimension } from 'onpa/dist/training/search/search-space.js';
import { relativeError } from '../../fixtures.js';
import { optuna, type Quality, records } from './optuna.js';

/** Tries values one after the other, as a search does. */
function tried(
  space: SearchSpace,
  objective: (params: Record<string, number & string>) => number,
  {
    trials,
    seed,
    sampler = 'tpe',
    direction = 'minimize',
  }: {
    trials: number;
    seed: number;
    sampler?: Sampler;
    direction?: Direction;
  },
): TrialRecord[] {
  const checked = checkSpace(space);
  const found: TrialRecord[] = [];
  for (let number = 0; number < trials; number++) {
    const params = sampleHyperparameters(checked, found, { sampler, direction, seed });
    const value = objective(params as Record<string, number & string>);
    found.push({ number, params, state: 'complete', value, intermediateValues: { 1: value } });
  }
  return found;
}

/** Those of test/reference/search_reference.py. */
const FUNCTIONS: Record<string, (params: Record<string, number & string>) => number> = {
  valley({ learningRate, scheduler, numTrainEpochs, weightDecay }) {
    const rate = Math.log10(learningRate) + 4.2;
    const penalty = { linear: 0.1, cosine: 0, constant: 0.3 }[scheduler as string]!;
    return rate ** 2 + 1 / numTrainEpochs + 10 * (weightDecay - 0.1) ** 2 + penalty;
  },
  branin({ x, y }) {
    const bowl = (y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6) ** 2;
    return bowl + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

function quality(name: string, sampler: Sampler): Quality {
  const { seeds, trials, functions } = optuna.searches;
  const best = Array.from({ length: seeds }, (_, seed) =>
    Math.min(...tried(functions[name].space, FUNCTIONS[name], { trials, seed, sampler }).map(({ value }) => value!)),
  ).sort((a, b) => a - b);
  const mean = best.reduce((sum, value) => sum + value, 0) / seeds;
  return { mean, median: best[Math.floor(seeds / 2)], ninth: best[Math.floor(0.9 * seeds)] };
}

describe('What a search tries', () => {
  it('is found by densities that are those of Optuna', () => {
    const dimensions: Dimension[] = [...checkSpace(optuna.space).values()];
    const names = Object.keys(optuna.space);
    const coordinates = (params: Hyperparameters) =>
      dimensions.map((dimension, i) => {
        const value = params[names[i]];
        if ('choices' in dimension) return dimension.choices.indexOf(value);
        return dimension.log ? Math.log(Number(value)) : Number(value);
      });
    for (const { observed, points, logDensities } of optuna.densities) {
      const estimator = new ParzenEstimator(dimensions, observed.map(coordinates));
      const found = points.map((point) => estimator.logDensity(coordinates(point)));
      ok(relativeError(found, logDensities) < 1e-12, `${observed.length} observations`);
    }
  });

  it('knows the probability of what hardly ever happens as Optuna does', () => {
    for (const [a, b, expected] of optuna.masses) {
      ok(
        Math.abs(logNormalMass(a, b) / expected - 1) < 1e-11,
        `from ${a} to ${b}: ${logNormalMass(a, b)}, ${expected}`,
      );
    }
  });

  it('goes by the same best tenth of the trials as in Optuna, pruned ones after the others', () => {
    for (const { trials, direction, below, above } of optuna.splits) {
      const split = splitTrials(records(trials), direction);
      deepEqual(
        split.below.map(({ number }) => number),
        below,
      );
      deepEqual(
        split.above.map(({ number }) => number),
        above,
      );
    }
  });

  it('finds as much as Optuna finds in as many trials, and more than trials at random', () => {
    for (const [name, reference] of Object.entries(optuna.searches.functions)) {
      const [tpe, random] = [quality(name, 'tpe'), quality(name, 'random')];
      const told = `${name}: ${JSON.stringify({ tpe, random, reference })}`;
      ok(tpe.mean < 0.8 * random.mean && tpe.median < random.median && tpe.ninth < random.ninth, told);
      ok(tpe.mean < 1.15 * reference.tpe.mean, told);
      ok(Math.abs(random.mean / reference.random.mean - 1) < 0.15, told);
    }
  });

  it('depends on the seed and the trials before alone', () => {
    const { space } = optuna.searches.functions.valley;
    const paramsOf = (trials: readonly TrialRecord[]) => trials.map(({ params }) => params);
    const whole = tried(space, FUNCTIONS.valley, { trials: 15, seed: 3 });
    deepEqual(paramsOf(tried(space, FUNCTIONS.valley, { trials: 15, seed: 3 })), paramsOf(whole));
    const options = { sampler: 'tpe', direction: 'minimize', seed: 3 } as const;
    for (const count of [0, 4, 10, 14]) {
      const stored: TrialRecord[] = JSON.parse(JSON.stringify(whole.slice(0, count)));
      deepEqual(sampleHyperparameters(checkSpace(space), stored, options), whole[count].params);
    }
    ok(new Set(paramsOf(whole).map((params) => JSON.stringify(params))).size === 15);
    const other = sampleHyperparameters(checkSpace(space), [], { ...options, seed: 4 });
    ok(other.learningRate !== whole[0].params.learningRate);
  });

  it('lies in its ranges, on their steps and among their choices', () => {
    const space: SearchSpace = {
      learningRate: { low: 1e-5, high: 1e-3, log: true },
      warmupRatio: { low: 0.1, high: 0.45, step: 0.1 },
      numTrainEpochs: { low: 1, high: 3, step: 1 },
      batch: { low: 1, high: 16, step: 1, log: true },
      flag: { choices: [true, null, 'x'] },
      fixed: { low: 2, high: 2 },
    };
    const found = tried(space, ({ learningRate }) => -learningRate, { trials: 120, seed: 1, direction: 'minimize' });
    const valuesOf = (name: string) => [...new Set(found.map(({ params }) => params[name]))];
    const rates = valuesOf('learningRate') as number[];
    ok(rates.every((rate) => rate >= 1e-5 && rate <= 1e-3));
    ok(rates.filter((rate) => rate > 5e-4).length > 60, 'goes where it is better');
    deepEqual(valuesOf('warmupRatio').sort(), [0.1, 0.2, 0.3, 0.4]);
    deepEqual(valuesOf('numTrainEpochs').sort(), [1, 2, 3]);
    ok(valuesOf('batch').every((size) => Number.isInteger(size) && Number(size) >= 1 && Number(size) <= 16));
    equal(valuesOf('flag').length, 3);
    deepEqual(valuesOf('fixed'), [2]);
  });

  it('keeps away from where trials have failed', () => {
    const space = checkSpace({ x: { low: 0, high: 1 } });
    const trials: TrialRecord[] = Array.from({ length: 40 }, (_, number) => {
      const x = number / 40;
      const common = { number, params: { x }, intermediateValues: {} };
      return x < 0.5 ? { ...common, state: 'complete', value: 1 } : { ...common, state: 'failed', reason: 'diverged' };
    });
    const options = { sampler: 'tpe', direction: 'minimize' } as const;
    const next = Array.from({ length: 50 }, (_, seed) => sampleHyperparameters(space, trials, { ...options, seed }));
    ok(next.filter(({ x }) => Number(x) < 0.5).length >= 45);
  });
});
