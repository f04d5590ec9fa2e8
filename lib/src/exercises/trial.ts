import { told } from '../numbers.js';
import { deepDifference } from './difference.js';
import { isMissing, NO_ANSWER, RIGHT, say } from './exercise.js';

/** Something that an exercise's function is called with. */
export interface Trial {
  /** In words, after "for": '7,000 Hz at 8,000 Hz'. */
  given: string;
  /** What it is called with: plain data, of which it gets a copy. */
  inputs: readonly unknown[];
  /** What it shall give: a number, a word, a list of numbers, or an object of such. */
  truth: unknown;
  /**
   * The size of what numbers are computed from, where they may be much smaller: they may differ by the same share of it.
   * Default 0.
   */
  scale?: number;
}

/** An exercise whose answer is a function. */
interface Task {
  /** As it is called: 'lesson1.aliasFrequency'. */
  name: string;
  /** The simplest first: the first that goes wrong is the one that is told. */
  trials: readonly Trial[];
  /** What to look at, where a value is wrong. */
  hint: string;
  /** By how much a number may differ, in shares of the largest there, or of the trial's scale; default 1e-6. */
  tolerance?: number;
}

/**
 * Calls an answer that is a function, and says whether it gives what it should, or the first case in which it does not.
 *
 * @throws ExerciseError where `ONPA_GRADING` is set, and it does not
 */
export function judgeFunction(answer: unknown, task: Task): void {
  say(task.name, verdictOf(answer, task));
}

function verdictOf(answer: unknown, { trials, hint, tolerance = 1e-6 }: Task): string {
  if (isMissing(answer)) return NO_ANSWER;
  if (typeof answer !== 'function') return `Not yet: the answer is ${told(answer)}; give a function.`;
  for (const [i, { given, inputs, truth, scale }] of trials.entries()) {
    const copy = structuredClone(inputs);
    let result: unknown;
    try {
      result = answer(...copy);
    } catch (error) {
      return `Not yet: for ${given} it throws ${thrown(error)}.`;
    }
    if (result === undefined || result === null) {
      if (i === 0) return NO_ANSWER;
      return `Not yet: for ${given} it gives ${result}; does each way through it end with return?`;
    }
    if (result instanceof Promise) {
      result.catch(() => {});
      return 'Not yet: it gives a promise; give the value itself, without async.';
    }
    if (deepDifference(copy, inputs, 0)) {
      return `Not yet: for ${given} it changes what it is given; work on a copy.`;
    }
    const difference = deepDifference(result, truth, tolerance, scale);
    if (difference) return `Not yet: for ${given} ${difference}: ${hint}`;
  }
  return RIGHT;
}

function thrown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : told(error);
}
