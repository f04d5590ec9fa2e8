import { ExerciseError } from '../errors.js';
import { told } from '../numbers.js';

/** An exercise whose answer is being looked at. */
interface Question<Answer> {
  /** As it is called: 'lesson1.count'. */
  name: string;
  /** Called with an answer of the right kind only. */
  isRight: (answer: Answer) => boolean;
  /** What to look at, for a wrong answer. */
  hint: string;
}

/** Says what a number is worth: prints it, or throws; see {@link say}. */
export function judgeNumber(answer: unknown, { name, isRight, hint }: Question<number>): void {
  if (isMissing(answer)) say(name, NO_ANSWER);
  else if (typeof answer === 'number' && Number.isFinite(answer))
    say(name, isRight(answer) ? RIGHT : `Not yet: ${hint}`);
  else
    say(
      name,
      `Not yet: the answer is ${told(answer)}; give a number${typeof answer === 'string' ? ', without quotes' : ''}.`,
    );
}

/** The same for a word. Large and small letters, and spaces around it, make no difference. */
export function judgeWord(answer: unknown, { name, isRight, hint }: Question<string>): void {
  if (isMissing(answer)) say(name, NO_ANSWER);
  else if (typeof answer !== 'string') say(name, `Not yet: the answer is ${told(answer)}; give a word, in quotes.`);
  else say(name, isRight(answer.trim().toLowerCase()) ? RIGHT : `Not yet: ${hint}`);
}

export const RIGHT = '✓ right';
export const NO_ANSWER = 'Not answered yet.';

export const isMissing = (answer: unknown): boolean =>
  answer === undefined || answer === null || (typeof answer === 'string' && answer.trim() === '');

/** Asked for, or by nbgrader, which says so to the kernels that it starts. */
function isGrading(): boolean {
  const { ONPA_GRADING = '', NBGRADER_EXECUTION = '' } = process.env;
  return !['', '0'].includes(ONPA_GRADING) || NBGRADER_EXECUTION !== '';
}

/** Asked at the beginning, too: a cell that is graded cannot put an end to it. */
const isGraded = isGrading();

/**
 * Prints the verdict; where notebooks are graded, one that is not right is an error, so that a program which runs the
 * notebook sees it.
 *
 * @throws ExerciseError
 */
export function say(name: string, verdict: string): void {
  if (verdict !== RIGHT && (isGraded || isGrading())) {
    throw new ExerciseError(`check.${name}: ${verdict}`);
  }
  console.log(verdict);
}

/** Whether two numbers are the same but for the rounding of a computation. */
export const isSame = (answer: number, truth: number): boolean => Math.abs(answer - truth) <= 1e-9 * Math.abs(truth);

/** Whether two numbers are the same to so many digits after the point; further ones may be there. */
export const isSameTo = (digits: number, answer: number, truth: number): boolean =>
  Math.round(answer * 10 ** digits) === Math.round(truth * 10 ** digits);
