import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The root of this checkout; this file runs as build/bench/bench/setup.js. */
export const root: string = join(__dirname, '..', '..', '..');

/** What the benchmarks use of the set-up, which is plain JavaScript. */
interface SetupScripts {
  findInterpreter(): { python: string; problem?: string };
  kernelSpec(): { env: Record<string, string> };
  pythonEnvironment(): NodeJS.ProcessEnv;
  run(command: string, args: string[], options?: { env?: NodeJS.ProcessEnv }): Promise<void>;
  step(title: string, work: () => Promise<void>): Promise<void>;
}

/** Its modules. */
export async function loadSetup(): Promise<SetupScripts> {
  const names = ['lib/setup/run', 'lib/setup/interpreter', 'lib/setup/python', 'scripts/setup/kernel'];
  const modules = names.map((name) => import(pathToFileURL(join(root, `${name}.mjs`)).href));
  return Object.assign({}, ...(await Promise.all(modules)));
}
