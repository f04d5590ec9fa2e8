import { TrainingError } from '../../errors.js';

/** Steps in a row that a loss must be far too high before training gives up. */
const STEPS = 10;
/** How many times the loss of chance, or of the first step, is far too high. */
const FACTOR = 10;

/** Training that has diverged: the one failure that lies with the arguments of a training and shows only in it. */
export class Diverged extends TrainingError {
  override name = 'TrainingError';
}

/** Where training is, for a message. */
export interface Place {
  globalStep: number;
  learningRate: number;
  maxGradNorm: number;
}

/**
 * Watches over the loss.
 *
 * A loss that is no finite number ends training at once, as does such a gradient. A loss that can be computed ends it
 * when ten steps in a row are more than ten times as bad as chance (log of the number of classes) and as the first step:
 * healthy training is better than chance, but for a few steps.
 */
export class DivergenceWatch {
  readonly #chance: number;
  #first: number | undefined;
  #high = 0;

  constructor(numLabels: number, firstLoss?: number) {
    this.#chance = Math.max(1, Math.log(numLabels));
    this.#first = firstLoss;
  }

  /** The loss of the first step; undefined before it. */
  get firstLoss(): number | undefined {
    return this.#first;
  }

  /**
   * @param loss - the mean over the batches of a step
   * @param gradientNorm - of the step
   * @throws Diverged before the weights have taken the step
   */
  check(loss: number, gradientNorm: number, place: Place): void {
    if (!Number.isFinite(loss)) throw diverged(`the loss is ${loss}`, place);
    if (!Number.isFinite(gradientNorm)) throw diverged(`the norm of the gradients is ${gradientNorm}`, place);
    this.#first ??= loss;
    const limit = FACTOR * Math.max(this.#chance, this.#first);
    this.#high = loss > limit ? this.#high + 1 : 0;
    if (this.#high < STEPS) return;
    throw diverged(`the loss was above ${limit.toFixed(1)} in ${STEPS} steps, ${loss.toFixed(1)} in the last`, place);
  }
}

function diverged(what: string, { globalStep, learningRate, maxGradNorm }: Place): Diverged {
  const clip = maxGradNorm > 0 && maxGradNorm <= 1 ? '' : ', clipped gradients (maxGradNorm: 1)';
  return new Diverged(
    `Training diverged at step ${globalStep + 1}, with the learning rate ${learningRate.toPrecision(3)}: ${what}. ` +
      'The weights have not taken this step, but may be spoilt: begin again from the checkpoint or model before. ' +
      `Try a lower learningRate, a longer warm-up (warmupRatio: 0.1)${clip}, and look for broken clips.`,
  );
}
