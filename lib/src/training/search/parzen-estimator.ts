import type { MersenneTwister } from '../../dsp/mersenne-twister.js';
import { normalPair } from '../../dsp/normal-pair.js';
import { logNormalDensity, logNormalMass } from './normal-mass.js';
import type { Dimension } from './search-space.js';

/** A number for a value of a dimension: its logarithm where the range is logarithmic, its index among choices. */
export type Coordinate = number;

/** The part of a kernel in one dimension. */
interface Factor {
  sample(random: MersenneTwister): Coordinate;
  logDensity(x: Coordinate): number;
}

/** The ends of a range, with half a step beyond each where it has steps; the logarithm of that where it is logarithmic. */
export function boundsOf({ low, high, step = 0, log }: Exclude<Dimension, { choices: unknown }>): [number, number] {
  const ends: [number, number] = [low - step / 2, high + step / 2];
  return log ? [Math.log(ends[0]), Math.log(ends[1])] : ends;
}

/**
 * A density over a space, from points that were observed in it: a mixture of one kernel around each and one over the
 * whole space, each a product of truncated normal distributions and of tables for choices. Widths and weights are those
 * of Optuna 5.0: a kernel is as wide as the greater gap to its neighbours, and the newest 25 points have full weight.
 *
 * J. Bergstra et al., Algorithms for hyper-parameter optimization, NeurIPS 2011; S. Watanabe, Tree-structured Parzen
 * estimator, arXiv:2304.11127.
 */
export class ParzenEstimator {
  /** For each kernel, the one over the whole space last. */
  readonly #weights: readonly number[];
  /** For each dimension one for each kernel. */
  readonly #factors: readonly Factor[][];

  /** @param points - the coordinates of each, the oldest first */
  constructor(dimensions: readonly Dimension[], points: readonly (readonly Coordinate[])[]) {
    const weights = [...agedWeights(points.length), 1];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#weights = weights.map((weight) => weight / total);
    this.#factors = dimensions.map((dimension, i) => {
      const column = points.map((point) => point[i]);
      return 'choices' in dimension ? tables(dimension.choices.length, column) : normals(dimension, column);
    });
  }

  sample(random: MersenneTwister): Coordinate[] {
    const kernel = draw(this.#weights, random);
    return this.#factors.map((factors) => factors[kernel].sample(random));
  }

  /** ln of the density at a point; of a dimension with steps, of the probability of its step. */
  logDensity(point: readonly Coordinate[]): number {
    const logs = this.#weights.map((weight, kernel) =>
      this.#factors.reduce((sum, factors, i) => sum + factors[kernel].logDensity(point[i]), Math.log(weight)),
    );
    const most = Math.max(...logs);
    return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
  }
}

/** The newest 25 count fully, those before the less the older they are. */
function agedWeights(count: number): number[] {
  const older = count - 25;
  const first = 1 / count;
  return Array.from({ length: count }, (_, i) =>
    i >= older ? 1 : older === 1 ? first : first + ((1 - first) * i) / (older - 1),
  );
}

function normals(dimension: Exclude<Dimension, { choices: unknown }>, column: readonly number[]): Factor[] {
  const [low, high] = boundsOf(dimension);
  const width = high - low;
  const least = width / Math.min(100, 2 + column.length);
  const widths = gaps(column, low, high).map((gap) => Math.min(width, Math.max(least, gap)));
  const kernels = [...column.map((mean, i) => [mean, widths[i]]), [(low + high) / 2, width]];
  return kernels.map(([mean, deviation]) => truncatedNormal(dimension, mean, deviation));
}

/** For each number the greater distance to its neighbours; the outermost have one, a single one the ends of the range. */
function gaps(column: readonly number[], low: number, high: number): number[] {
  if (column.length === 1) return [Math.max(column[0] - low, high - column[0])];
  const order = column.map((_, i) => i).sort((a, b) => column[a] - column[b]);
  const found: number[] = [];
  for (const [place, i] of order.entries()) {
    const neighbours = [order[place - 1], order[place + 1]].filter((j) => j !== undefined);
    found[i] = Math.max(...neighbours.map((j) => Math.abs(column[j] - column[i])));
  }
  return found;
}

function truncatedNormal(dimension: Exclude<Dimension, { choices: unknown }>, mean: number, deviation: number): Factor {
  const [low, high] = boundsOf(dimension);
  const { step, log } = dimension;
  const standard = (x: number): number => (x - mean) / deviation;
  const whole = logNormalMass(standard(low), standard(high));
  return {
    sample(random) {
      // The mean lies within, and the range is at least as wide as the deviation: a third of the draws fits, or more.
      for (;;) {
        const x = mean + deviation * standardNormal(random);
        if (x >= low && x <= high) return x;
      }
    },
    logDensity(x) {
      if (step === undefined) return logNormalDensity(standard(x)) - Math.log(deviation) - whole;
      const value = log ? Math.exp(x) : x;
      const [from, to] = [value - step / 2, value + step / 2].map((edge) => standard(log ? Math.log(edge) : edge));
      return logNormalMass(from, to) - whole;
    },
  };
}

const standardNormal = (random: MersenneTwister): number => normalPair(() => random.next())[0];

/** For each observed choice a table in which it is more likely than the others, and one in which all are alike. */
function tables(size: number, column: readonly number[]): Factor[] {
  const share = 1 / (column.length + 1);
  const rows = [...column, undefined].map((observed) => {
    const sum = size * share + (observed === undefined ? 0 : 1);
    return Array.from({ length: size }, (_, i) => (share + (i === observed ? 1 : 0)) / sum);
  });
  return rows.map((row) => ({ sample: (random) => draw(row, random), logDensity: (x) => Math.log(row[x]) }));
}

/** An index, as often as its weight says; the weights sum up to 1. */
function draw(weights: readonly number[], random: MersenneTwister): number {
  let rest = random.next();
  const found = weights.findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  return found < 0 ? weights.length - 1 : found;
}
