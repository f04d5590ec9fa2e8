import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, relative, resolve, sep } from 'node:path';
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
 * A link in what a student hands in leads to what the teacher can read, and nbgrader would copy that: it is refused.
 *
 * @throws SetupError that names each student and link
 */
export function refuseLinks(folder) {
  const submitted = join(folder, 'submitted');
  if (!existsSync(submitted)) return;
  const links = readdirSync(submitted, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => relative(submitted, join(entry.parentPath, entry.name)).split(sep))
    .map(([student, ...file]) => `  - ${student}: ${file.join('/') || 'the whole folder'}`);
  if (links.length === 0) return;
  const head = `In ${submitted} are symbolic links, which may lead to files of yours. Ask for the file itself, or delete them:`;
  throw new SetupError([head, ...links.sort()].join('\n'));
}

/** The settings of nbgrader's process: not the keys of a teacher's server, for what students have written runs in it. */
export function gradingEnvironment(python, env = process.env) {
  const own = Object.entries(env).filter(([name]) => !/^(JUPYTERHUB_|JPY_API_TOKEN$)/.test(name));
  const kernels = join(environmentPrefix(), 'share', 'jupyter');
  return {
    // nbgrader calls a program of its environment by name.
    ...programEnvironment(python, Object.fromEntries(own)),
    JUPYTER_PATH: [kernels, env.JUPYTER_PATH].filter(Boolean).join(delimiter),
  };
}

/**
 * Runs nbgrader in a course folder: its own, which is installed where it is not yet, with the kernel of the course.
 *
 * @returns {Promise<number>} its exit status
 */
export async function nbgrader(folder, args) {
  if (!existsSync(join(folder, 'nbgrader_config.py'))) {
    throw new SetupError(`${folder} has no nbgrader_config.py: npm run assignments -- --folder ${folder} makes it.`);
  }
  if (args.includes('autograde')) refuseLinks(folder);
  const python = await gradingPython();
  const child = spawn(python, ['-m', 'nbgrader', ...args], {
    cwd: folder,
    env: gradingEnvironment(python),
    stdio: 'inherit',
  });
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

/** The Python with nbgrader, which is installed where it is not yet. */
export async function gradingPython() {
  const problem = gradingProblem();
  if (problem) throw new SetupError(problem);
  return courseEnvironment('grading');
}
