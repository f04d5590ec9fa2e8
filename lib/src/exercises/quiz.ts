import { notebook } from '../notebook.js';
import { readQuiz } from './quiz-file.js';
import { quizHtml } from './quiz-html.js';

/**
 * Shows the quiz of a lesson below the cell: questions, and under each the answers to choose from. Who opens one reads
 * whether it is right, and why. English first, the same in Japanese folded below. Outside of a notebook it does nothing.
 *
 * The questions lie in course/quizzes, a file for each lesson; the answers stand in no cell. There is no script in what is
 * shown: it works in a notebook that is not trusted, on GitHub and on paper, where the answers stay closed.
 *
 * @param name - the lesson, as its notebook is called: '01-waveform', 'beyond/vocoder'
 * @throws ParameterError where there is no quiz of this name, or its file is not as it should be; the message names the file
 * and the question
 * @see {@link check}
 *
 * @example
 * quiz('01-waveform');
 */
export function quiz(name: string): void {
  const found = readQuiz(name);
  notebook()?.({
    'text/html': quizHtml(found),
    'text/plain': `Quiz: ${found.questions.length} questions on ${found.title}`,
  });
}
