import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { courseRepository } from './course-data.js';
import { ParameterError } from './errors.js';

/** In the home of who may not write where results usually go. */
const AT_HOME = 'onpa-output';

/**
 * The path of a file or folder among your results: what lessons train, save and push lies there, and the next lesson
 * finds it there, wherever the notebook is. The folder of results is the first of these:
 *
 * 1. `ONPA_OUTPUT`, where that is set; seen from the working directory, unless it is absolute;
 * 2. `build` in the course's repository, or in the working directory where the package is installed without the course, if
 *    you may write there;
 * 3. `~/onpa-output`: so that several people can work with one repository, which they can only read.
 *
 * @param names - of folders, and of the file or folder at last; each may be a path in itself, such as `hub/my-model`, but not
 *   lead out of the folder of results. None: that folder
 * @returns an absolute path. Nothing is made: who writes there makes the folders, as all of onpa does
 * @throws ParameterError for a name that is empty, absolute, or leads elsewhere (`..`)
 * @example
 * const args = new TrainingArguments({ outputDir: outputPath('training') });
 * await trainer.saveModel(outputPath('hub', 'ft-hubert-on-gtzan'));
 */
export function outputPath(...names: string[]): string {
  for (const name of names) requireInside(name);
  return join(outputFolder(), ...names);
}

function requireInside(name: string): void {
  const isInside =
    typeof name === 'string' && !/^\s*$|\0/.test(name) && !isAbsolute(name) && !name.split(/[\\/]/).includes('..');
  if (isInside) return;
  throw new ParameterError(
    `outputPath is given ${typeof name === 'string' ? `'${name.replaceAll('\0', '\\0')}'` : String(name)}; ` +
      'give names of folders and files in the folder of results, without a / at the beginning and without ..; ' +
      'ONPA_OUTPUT names that folder',
  );
}

function outputFolder(): string {
  const { ONPA_OUTPUT } = process.env;
  if (ONPA_OUTPUT) return resolve(ONPA_OUTPUT);
  const usual = resolve(courseRepository() ?? '.', 'build');
  return mayWrite(usual) ? usual : join(homedir(), AT_HOME);
}

/** Whether files can be made in a folder, or the folder where it is missing. */
function mayWrite(folder: string): boolean {
  try {
    accessSync(existsSync(folder) ? folder : dirname(folder), constants.W_OK | constants.X_OK);
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? true;
  } catch {
    return false;
  }
}
