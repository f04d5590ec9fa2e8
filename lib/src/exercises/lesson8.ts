import { ParameterError } from '../errors.js';
import { told } from '../numbers.js';
import { requireNumber } from '../validation.js';
import { isSame, isSameTo, judgeNumber } from './exercise.js';
import { judgeFunction } from './trial.js';

/** The exercises of lesson 8, inference. */
export const lesson8 = {
  /** How far apart two logits are of which one class is twice as probable, to two digits after the point. */
  logits(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson8.logits',
      isRight: (difference) => isSameTo(2, difference, Math.LN2),
      hint: 'e to the power of the difference is 2.',
    });
  },

  /** How many positions a window of 5 s has in a piece of 30 s, if it moves by 1 s. */
  positions(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson8.positions',
      isRight: (n) => n === 30 - 5 + 1,
      hint: 'the first begins at 0 s; where does the last begin?',
    });
  },

  /** How large the best of ten probabilities is at least. */
  probability(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson8.probability',
      isRight: (p) => isSame(p, 1 / 10),
      hint: 'what if all are equally probable?',
    });
  },

  /**
   * Builds `nameOrNone(scores, least)`: the label of the best score, or 'none' where that is below `least`.
   *
   * @param answer - the function
   * @param scores - what it is tried with, in their order and in the reverse
   * @param least - the score that is enough, in [0, 1]
   */
  nameOrNone(answer: unknown, scores: readonly { label: string; score: number }[], least: number): void {
    if (!Array.isArray(scores) || scores.length === 0 || scores.some((entry) => typeof entry?.score !== 'number')) {
      throw new ParameterError(`scores is ${told(scores)}; give what a pipeline gave: [{ label, score }, …]`);
    }
    requireNumber('least', least, 0);
    const best = scores.reduce((one, other) => (other.score > one.score ? other : one));
    // Of a pipeline the best is first, and it must be found elsewhere, too.
    const orders = [scores, [...scores].reverse()];
    // Also where all are enough, where the best just is, and where it just is not.
    const limits = [least, 0, best.score, best.score + 1e-3];
    judgeFunction(answer, {
      name: 'lesson8.nameOrNone',
      trials: limits.flatMap((limit) =>
        orders.map((order) => ({
          given: `${order.map(({ label, score }) => `${label} ${score.toFixed(2)}`).join(', ')} and at least ${limit.toFixed(3)}`,
          inputs: [order.map(({ label, score }) => ({ label, score })), limit],
          truth: best.score >= limit ? best.label : 'none',
        })),
      ),
      hint: 'find the largest score, wherever it is; one that is as large as the limit is enough.',
    });
  },
};
