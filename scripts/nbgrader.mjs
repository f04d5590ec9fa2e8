// Runs nbgrader with the kernel of the course:
//   npm run nbgrader -- [--folder FOLDER] autograde 01-waveform
import { SetupError } from '../lib/setup/run.mjs';
import { courseFolder, nbgrader } from './course/grading.mjs';

const args = process.argv.slice(2);
const [first, folder = '.'] = args;
const own = first === '--folder';
try {
  process.exitCode = await nbgrader(courseFolder(own ? folder : undefined), own ? args.slice(2) : args);
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
