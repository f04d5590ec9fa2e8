import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSetup, root } from './setup.js';

const environment = join(root, 'build', 'bench-env');

/** The Python of the benchmarks, with the packages of bench/requirements.txt; it shares nothing with the notebooks'. */
export async function benchPython(): Promise<string> {
  const python = join(environment, 'bin', 'python');
  const requirements = join(root, 'bench', 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  const stamp = join(environment, 'requirements.txt');
  if (readIfThere(stamp) === wanted) return python;
  const { findInterpreter, pythonEnvironment, run, step } = await loadSetup();
  const found = findInterpreter();
  if (found.problem) throw new Error(found.problem);
  await step('Installing librosa in build/bench-env', async () => {
    await run(found.python, ['-m', 'venv', '--clear', environment]);
    await run(python, ['-m', 'pip', 'install', '-r', requirements], { env: pythonEnvironment() });
    writeFileSync(stamp, wanted);
  });
  return python;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
