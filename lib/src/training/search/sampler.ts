import { MersenneTwister } from '../../dsp/mersenne-twister.js';
import { placeSeed } from '../run/sampler.js';
import { boundsOf, type Coordinate, ParzenEstimator } from './parzen-estimator.js';
import {
  type CheckedSpace,
  type Dimension,
  type Hyperparameter,
  type Hyperparameters,
  onGrid,
} from './search-space.js';
import { completeTrials, type Direction, type TrialRecord } from './trial.js';

/** How a search chooses what to try: by what was good so far, or without looking at it. */
export type Sampler = 'tpe' | 'random';

/** Trials before the first that looks at what was good, and candidates of which each of these takes the best. */
const STARTUP_TRIALS = 10;
const CANDIDATES = 24;

export interface SamplerOptions {
  sampler: Sampler;
  direction: Direction;
  seed: number;
}

/**
 * The values that the next trial tries: they depend on the seed and the trials before alone.
 *
 * `tpe` is Optuna's `TPESampler` with its defaults: after ten trials it draws candidates from a density of the best tenth
 * of the trials, and takes the one that is likeliest among these and unlikeliest among the others. Other than there, a
 * trial that has failed counts among the others, so that a search keeps away from where trainings diverge.
 *
 * @see Python: `optuna.samplers.TPESampler`, `optuna.samplers.RandomSampler`
 */
export function sampleHyperparameters(
  space: CheckedSpace,
  trials: readonly TrialRecord[],
  { sampler, direction, seed }: SamplerOptions,
): Hyperparameters {
  const random = new MersenneTwister(placeSeed(seed, trials.length, 0));
  const names = [...space.keys()];
  const dimensions = [...space.values()];
  const ended = trials.filter(({ state }) => state === 'complete' || state === 'pruned');
  const isInformed = sampler === 'tpe' && ended.length >= STARTUP_TRIALS;
  const point = isInformed
    ? promising(space, splitTrials(trials, direction), random)
    : dimensions.map((dimension) => anywhere(dimension, random));
  return Object.fromEntries(names.map((name, i) => [name, valueAt(dimensions[i], point[i])]));
}

function promising(
  space: CheckedSpace,
  { below, above }: ReturnType<typeof splitTrials>,
  random: MersenneTwister,
): Coordinate[] {
  const dimensions = [...space.values()];
  // A dimension of one value tells nothing.
  const open = dimensions.flatMap((dimension, i) => (isSingle(dimension) ? [] : [i]));
  const names = [...space.keys()];
  const estimator = (trials: readonly TrialRecord[]) =>
    new ParzenEstimator(
      open.map((i) => dimensions[i]),
      trials.map(({ params }) => open.map((i) => coordinateOf(dimensions[i], params[names[i]]))),
    );
  const [good, other] = [estimator(below), estimator(above)];
  const point = dimensions.map(() => 0);
  let most = -Infinity;
  for (let i = 0; i < CANDIDATES; i++) {
    const candidate = good.sample(random).map((x, k) => snapped(dimensions[open[k]], x));
    const gain = good.logDensity(candidate) - other.logDensity(candidate);
    if (gain <= most) continue;
    most = gain;
    for (const [k, x] of candidate.entries()) point[open[k]] = x;
  }
  return point;
}

/**
 * The best tenth of the trials, at most 25, and all others; those that were pruned are the better the later they were.
 * Both are in the trials' order.
 */
export function splitTrials(
  trials: readonly TrialRecord[],
  direction: Direction,
): { below: TrialRecord[]; above: TrialRecord[] } {
  const sign = direction === 'maximize' ? -1 : 1;
  const lastStep = ({ intermediateValues }: TrialRecord) => Math.max(...Object.keys(intermediateValues).map(Number));
  const complete = completeTrials(trials).sort((a, b) => sign * (a.value - b.value));
  const pruned = trials
    .filter(({ state }) => state === 'pruned')
    .sort((a, b) => lastStep(b) - lastStep(a) || sign * ((a.value ?? 0) - (b.value ?? 0)));
  const ranked = [...complete, ...pruned];
  const best = new Set(ranked.slice(0, Math.min(25, Math.ceil(0.1 * ranked.length))));
  const ended = trials.filter(({ state }) => state !== 'running');
  return { below: ended.filter((trial) => best.has(trial)), above: ended.filter((trial) => !best.has(trial)) };
}

const isSingle = (dimension: Dimension): boolean =>
  'choices' in dimension ? dimension.choices.length === 1 : dimension.low === dimension.high;

/** A place that is as likely as every other. */
function anywhere(dimension: Dimension, random: MersenneTwister): Coordinate {
  if ('choices' in dimension) return Math.floor(random.next() * dimension.choices.length);
  const [low, high] = boundsOf(dimension);
  return low + random.next() * (high - low);
}

const snapped = (dimension: Dimension, x: Coordinate): Coordinate => coordinateOf(dimension, valueAt(dimension, x));

function valueAt(dimension: Dimension, x: Coordinate): Hyperparameter {
  if ('choices' in dimension) return dimension.choices[x];
  const { low, high, step, log } = dimension;
  const value = Math.min(high, Math.max(low, log ? Math.exp(x) : x));
  return step === undefined ? value : onGrid(low, step, Math.round((value - low) / step));
}

function coordinateOf(dimension: Dimension, value: Hyperparameter): Coordinate {
  if ('choices' in dimension) return dimension.choices.indexOf(value);
  return dimension.log ? Math.log(Number(value)) : Number(value);
}
