import { isSame, isSameTo, judgeNumber } from './exercise.js';

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
};
