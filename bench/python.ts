import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSetup, root } from './setup.js';

/** The Python packages of one suite. */
interface SuitePackages {
  /** The suite: its files are in bench/<suite>, its environment is build/bench-env-<suite>. */
  suite: string;
  /** What the user reads while it is installed. */
  title: string;
  /** Files of requirements. All but the last are installed without what they depend on: they may name another index. */
  files: string[];
}

/** The Python of a suite, with its packages; it shares nothing with the notebooks'. */
export async function benchPython({ suite, title, files }: SuitePackages): Promise<string> {
  const environment = join(root, 'build', `bench-env-${suite}`);
  const python = join(environment, 'bin', 'python');
  const paths = files.map((file) => join(root, 'bench', suite, file));
  const wanted = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
  const stamp = join(environment, 'requirements.txt');
  if (readIfThere(stamp) === wanted) return python;
  const { findInterpreter, pythonEnvironment, run, step } = await loadSetup();
  const found = findInterpreter();
  if (found.problem) throw new Error(found.problem);
  await step(`Installing ${title} in build/bench-env-${suite}`, async () => {
    await run(found.python, ['-m', 'venv', '--clear', environment]);
    for (const [i, path] of paths.entries()) {
      const alone = i < paths.length - 1 ? ['--no-deps'] : [];
      await run(python, ['-m', 'pip', 'install', ...alone, '-r', path], { env: pythonEnvironment() });
    }
    writeFileSync(stamp, wanted);
  });
  return python;
}

/** The environment of a peer in Python: it finds peer_process.py. */
export function peerEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONNOUSERSITE: '1', PYTHONPATH: join(root, 'bench') };
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
