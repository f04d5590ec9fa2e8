import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The root of this checkout; this file runs as build/bench/bench/setup.js. */
export const root: string = join(__dirname, '..', '..', '..');

/** What the benchmarks use of scripts/setup, which is plain JavaScript. */
interface SetupScripts {
  findInterpreter(): { python: string; problem?: string };
  kernelSpec(): { env: Record<string, string> };
  pythonEnvironment(): NodeJS.ProcessEnv;
  run(command: string, args: string[], options?: { env?: NodeJS.ProcessEnv }): Promise<void>;
  step(title: string, work: () => Promise<void>): Promise<void>;
}

/** The modules of scripts/setup. */
export async function loadSetup(): Promise<SetupScripts> {
  const modules = ['run', 'interpreter', 'python', 'kernel'].map(
    (name) => import(pathToFileURL(join(root, 'scripts', 'setup', `${name}.mjs`)).href),
  );
  return Object.assign({}, ...(await Promise.all(modules)));
}
