import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { inCourse } from '../course-data.js';
import { ParameterError } from '../errors.js';
import { told } from '../numbers.js';

/** An answer to choose. All texts are in English and in Japanese; `code` and *emphasis* in them are marked so. */
export interface QuizOption {
  text: string;
  textJa: string;
  /** Of one option alone. */
  right?: true;
  /** Why it is right, or what is wrong with it. */
  why: string;
  whyJa: string;
}

export interface QuizQuestion {
  question: string;
  questionJa: string;
  options: QuizOption[];
}

/** What is in a file of course/quizzes. */
export interface Quiz {
  /** What the lesson is on: 'the waveform'. */
  title: string;
  titleJa: string;
  questions: QuizQuestion[];
}

const FOLDER = 'quizzes';
const ENDING = '.yaml';

/** The quizzes in a folder, by the names of the lessons. */
function quizNames(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll('\\', '/'))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();
}

/** @throws ParameterError; see {@link quiz} */
export function readQuiz(name: string): Quiz {
  if (typeof name !== 'string') throw new ParameterError(`name is ${told(name)}; give that of a lesson: '01-waveform'`);
  const folder = inCourse(FOLDER);
  if (folder === undefined) {
    throw new ParameterError(
      "the quizzes come with the course, and the package is installed without it: clone the course's repository",
    );
  }
  const names = existsSync(folder) ? quizNames(folder) : [];
  if (!names.includes(name)) throw new ParameterError(`there is no quiz '${name}'; there are ${names.join(', ')}`);
  const file = `course/${FOLDER}/${name}${ENDING}`;
  return parseQuiz(readFileSync(join(folder, name + ENDING), 'utf8'), file);
}

/**
 * @param file - as errors call it
 * @throws ParameterError that names the file, the question and the option
 */
export function parseQuiz(text: string, file: string): Quiz {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    throw new ParameterError(`${file} is not YAML: ${(cause as Error).message}`, { cause });
  }
  const quiz = record<Quiz>(content, file, { texts: ['title', 'titleJa'], lists: ['questions'] });
  for (const [i, each] of quiz.questions.entries()) {
    const here = `${file}, question ${i + 1}`;
    const { options } = record<QuizQuestion>(each, here, { texts: ['question', 'questionJa'], lists: ['options'] });
    for (const [j, option] of options.entries()) requireOption(option, `${here}, option ${LETTERS[j] ?? j + 1}`);
    if (options.length < 2 || options.length > LETTERS.length) {
      throw new ParameterError(`${here} has ${options.length} options; give 2 to ${LETTERS.length}`);
    }
    const right = options.filter((option) => option.right).length;
    if (right !== 1) throw new ParameterError(`${here} has ${right} right options; mark one with 'right: true'`);
  }
  return quiz;
}

/** What options are called. */
export const LETTERS = 'ABCDEF';

function requireOption(value: unknown, here: string): void {
  const { right } = record<QuizOption>(value, here, { texts: ['text', 'textJa', 'why', 'whyJa'], others: ['right'] });
  if (right !== undefined && right !== true) {
    throw new ParameterError(`${here}: 'right' is ${told(right)}; write 'right: true', or leave it out`);
  }
}

interface Keys {
  texts: readonly string[];
  lists?: readonly string[];
  others?: readonly string[];
}

/** The value, if it has these keys and no others. */
function record<T>(value: unknown, here: string, { texts, lists = [], others = [] }: Keys): T {
  const keys = [...texts, ...lists, ...others];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ParameterError(`${here} is ${told(value)}; give ${keys.join(', ')}`);
  }
  const found = value as Record<string, unknown>;
  for (const key of texts) {
    const text = found[key];
    if (typeof text === 'string' && text.trim() !== '') continue;
    const what = text === undefined ? 'is missing' : `is ${text === '' ? 'empty' : told(text)}`;
    const way = typeof text === 'number' ? 'put it in quotes' : 'give a text';
    throw new ParameterError(`${here}: '${key}' ${what}; ${way}`);
  }
  for (const key of lists) {
    const list = found[key];
    if (!Array.isArray(list) || list.length === 0) throw new ParameterError(`${here}: '${key}' is no list; give one`);
  }
  const unknown = Object.keys(found).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new ParameterError(`${here}: '${unknown}' is no key; there are ${keys.join(', ')}`);
  return value as T;
}
