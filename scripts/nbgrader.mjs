// Runs nbgrader with the kernel of the course:
//   npm run nbgrader -- [--folder FOLDER] autograde 01-waveform
//   npm run nbgrader -- --install     only installs it, for an image in which it then needs no network
import { SetupError } from '../lib/setup/run.mjs';
import { courseFolder, gradingPython, nbgrader } from './course/grading.mjs';

const args = process.argv.slice(2);
const [first, folder = '.'] = args;
const own = first === '--folder';
try {
  if (first === '--install' && args.length === 1) console.log(`nbgrader: ${await gradingPython()}`);
  else process.exitCode = await nbgrader(courseFolder(own ? folder : undefined), own ? args.slice(2) : args);
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
