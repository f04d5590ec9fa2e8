import type { Matrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { classificationReport } from '../training/metrics.js';
import { warmupStepsOf } from '../training/run/schedule.js';
import type { Trainer } from '../training/trainer.js';
import { isSameTo, judgeNumber, judgeWord } from './exercise.js';
import { judgeFunction } from './trial.js';

/** The exercises of lesson 6, fine-tuning. */
export const lesson6 = {
  /**
   * Which class a model finds worst: that of the smallest recall, or one of them.
   *
   * @param confusion - (C, C), what {@link confusionMatrix} gave
   * @param names - of the classes
   */
  genre(answer: unknown, confusion: Matrix, names: readonly string[]): void {
    const lowest = worst(confusion, names);
    judgeWord(answer, {
      name: 'lesson6.genre',
      isRight: (name) => lowest.includes(name),
      hint: `look at the column recall; the genres are ${names.join(', ')}.`,
    });
  },

  /**
   * After how many steps the learning rate is highest.
   *
   * @param trainer - that has trained
   */
  warmUp(answer: unknown, trainer: Pick<Trainer, 'state' | 'args'>): void {
    const { state, args } = trainer ?? {};
    if (!state?.maxSteps) throw new ParameterError('trainer has not trained yet; run trainer.train() first');
    judgeNumber(answer, {
      name: 'lesson6.warmUp',
      isRight: (steps) => steps === warmupStepsOf(args, state.maxSteps),
      hint: 'the learning rate rises over this share of all steps, and falls from then on.',
    });
  },

  /** The loss of a model that gives ten classes the same probability, to two digits after the point. */
  loss(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson6.loss',
      isRight: (loss) => isSameTo(2, loss, Math.LN10),
      hint: 'the probability of the right class is 1 / 10; its natural logarithm, with the sign turned.',
    });
  },

  /**
   * Builds `macroF1(confusion)`: the mean of the classes' F1, each counting the same. A class that was neither there nor named
   * has 0.
   *
   * @param answer - the function, of a list of rows: true classes × predictions
   * @param confusion - (C, C), what it is tried with
   */
  macroF1(answer: unknown, confusion: Matrix): void {
    const counts = confusion?.to2DArray?.();
    const told = counts?.length <= 4 ? JSON.stringify(counts) : `${counts?.length} classes`;
    const { macroAvg } = classificationReport(confusion, counts?.map((_, i) => String(i)) ?? []);
    judgeFunction(answer, {
      name: 'lesson6.macroF1',
      trials: [
        {
          given: '[[3, 1], [0, 4]]',
          inputs: [
            [
              [3, 1],
              [0, 4],
            ],
          ],
          truth: (6 / 7 + 8 / 9) / 2,
        },
        // Nothing is found of the second.
        {
          given: '[[3, 0, 0], [2, 0, 0], [1, 0, 4]]',
          inputs: [
            [
              [3, 0, 0],
              [2, 0, 0],
              [1, 0, 4],
            ],
          ],
          truth: (2 / 3 + 0 + 8 / 9) / 3,
        },
        { given: told, inputs: [counts], truth: macroAvg.f1Score },
      ],
      hint: 'precision divides by the sum of a column, recall by that of a row; F1 is 2 · p · r / (p + r), or 0 where nothing is right.',
    });
  },
};

/** The classes of the smallest recall, among those that have examples. */
function worst(confusion: Matrix, names: readonly string[]): string[] {
  const all = Object.entries(classificationReport(confusion, names).classes).filter(([, { support }]) => support > 0);
  const lowest = Math.min(...all.map(([, { recall }]) => recall));
  return all.filter(([, { recall }]) => recall === lowest).map(([name]) => name.toLowerCase());
}
