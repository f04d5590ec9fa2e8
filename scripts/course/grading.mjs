import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describePython, findInterpreter } from '../../lib/setup/interpreter.mjs';
import { environmentPrefix } from '../../lib/setup/python.mjs';
import { SetupError } from '../../lib/setup/run.mjs';
import { placeFor } from '../results.mjs';
import { programEnvironment } from '../setup/foreground.mjs';
import { root } from '../setup/root.mjs';
import { courseEnvironment } from './environment.mjs';

/** Where the assignments are, unless a course folder is named. */
export const courseFolder = (folder) => (folder === undefined ? placeFor('assignments') : resolve(folder));

/** A course folder's own settings, at first. */
export const ownConfig = () => `c = get_config()
load_subconfig("nbgrader_config.py", path=${JSON.stringify(join(root, 'course'))})

# Settings of your own go here: they are kept.
`;

/**
 * Runs nbgrader in a course folder: its own, which is installed where it is not yet, with the kernel of the course.
 *
 * @returns {Promise<number>} its exit status
 */
export async function nbgrader(folder, args) {
  if (!existsSync(join(folder, 'nbgrader_config.py'))) {
    throw new SetupError(`${folder} has no nbgrader_config.py: npm run assignments -- --folder ${folder} makes it.`);
  }
  const python = await gradingPython();
  const env = {
    // nbgrader calls a program of its environment by name.
    ...programEnvironment(python),
    JUPYTER_PATH: [join(environmentPrefix(), 'share', 'jupyter'), process.env.JUPYTER_PATH]
      .filter(Boolean)
      .join(delimiter),
  };
  const child = spawn(python, ['-m', 'nbgrader', ...args], { cwd: folder, env, stdio: 'inherit' });
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => done(code ?? 1));
  });
}

/** Why nbgrader cannot be installed with the Python that there is, or undefined. */
export function gradingProblem(env = process.env) {
  const { python, problem } = findInterpreter(env);
  if (problem) return problem;
  const { minor } = describePython(python);
  if (minor >= 11) return undefined;
  return `nbgrader needs Python 3.11 or newer, and ${python} is 3.${minor}; name one in PYTHON.`;
}

async function gradingPython() {
  const problem = gradingProblem();
  if (problem) throw new SetupError(problem);
  return courseEnvironment('grading');
}
