// Installs what the tests of the book and of grading need, before they run: a download is no part of a test's time.
//   node scripts/course/tools.mjs
import { SetupError } from '../../lib/setup/run.mjs';
import { courseEnvironment } from './environment.mjs';
import { gradingProblem } from './grading.mjs';

try {
  await courseEnvironment();
  // Who has an older Python runs all other tests; those of grading say that they are left out.
  if (gradingProblem() === undefined) await courseEnvironment('grading');
} catch (error) {
  // Without a network the other tests run nevertheless.
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
}
