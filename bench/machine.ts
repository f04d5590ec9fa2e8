import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** Processor, memory and versions, in one line. `packages` are Python's. */
export function describeMachine(python: string, packages: string[]): string {
  const code =
    'import platform, sys; from importlib.metadata import version\n' +
    'print("Python", platform.python_version(), *(f"{p} {version(p)}" for p in sys.argv[1:]), sep="\\n")';
  const [, pythonVersion, ...versions] = execFileSync(python, ['-c', code, ...packages], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const processors = cpus();
  return [
    `${processors[0].model.trim()}, ${processors.length} cores`,
    `${(totalmem() / 1e9).toFixed(0)} GB`,
    `Node ${process.versions.node}`,
    `Python ${pythonVersion}`,
    ...versions,
  ].join('; ');
}
