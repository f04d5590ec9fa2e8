import { browser } from './browser.js';
import { lesson1 } from './lesson1.js';
import { lesson2 } from './lesson2.js';
import { lesson3 } from './lesson3.js';
import { lesson4 } from './lesson4.js';
import { lesson5 } from './lesson5.js';
import { lesson6 } from './lesson6.js';
import { lesson7 } from './lesson7.js';
import { lesson8 } from './lesson8.js';
import { pretraining } from './pretraining.js';
import { vocoder } from './vocoder.js';

/**
 * The checks of the course's exercises: `check.lesson1.` and Tab lists those of a lesson. Each takes an answer, and what of
 * the lesson it depends on, and prints whether it is right, or what to look at; an answer that is undefined is none yet.
 *
 * An answer that is a function is tried with several inputs, and the first for which it is wrong is told.
 *
 * Where the environment variable `ONPA_GRADING` is set (to anything but 0), or nbgrader runs the notebook, what is not right
 * is an {@link ExerciseError}, and so is no answer: a cell with a check fails then, as a program that grades notebooks wants it.
 *
 * @throws ParameterError where what a check needs of the lesson is missing or says nothing
 * @throws ExerciseError where notebooks are graded, and the answer is missing or not right
 *
 * @example
 * check.lesson1.count(answer1);
 * check.lesson1.aliasFrequency((hz, rate) => Math.abs(hz - rate * Math.round(hz / rate)), 8000, 20000);
 */
export const check: {
  readonly lesson1: typeof lesson1;
  readonly lesson2: typeof lesson2;
  readonly lesson3: typeof lesson3;
  readonly lesson4: typeof lesson4;
  readonly lesson5: typeof lesson5;
  readonly lesson6: typeof lesson6;
  readonly lesson7: typeof lesson7;
  readonly lesson8: typeof lesson8;
  readonly browser: typeof browser;
  readonly pretraining: typeof pretraining;
  readonly vocoder: typeof vocoder;
} = frozen({ lesson1, lesson2, lesson3, lesson4, lesson5, lesson6, lesson7, lesson8, browser, pretraining, vocoder });

/** What grades is not for those who are graded to change. */
function frozen<Checks extends object>(checks: Checks): Checks {
  for (const its of Object.values(checks)) Object.freeze(its);
  return Object.freeze(checks);
}
