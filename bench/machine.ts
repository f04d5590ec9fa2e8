import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { processorKind } from './kind.js';
import { readIfThere } from './python.js';
import { root } from './setup.js';

/** Where something was measured. */
export interface Machine {
  /** The name of its kind: see {@link processorKind}. */
  kind: string;
  processor: string;
  instructions: string;
  cores: number;
  /** In GB of 10⁹ bytes. */
  memory: number;
}

/** Names of programs and packages, and their versions. */
export type Versions = Record<string, string>;

export function thisMachine(): Machine {
  const processors = cpus();
  // Where nobody knows its processors (some containers), Node lists none.
  const processor = processors[0]?.model.trim() || 'unknown processor';
  const { id, instructions } = processorKind(processor, process.arch, readIfThere('/proc/cpuinfo'));
  return { kind: id, processor, instructions, cores: processors.length, memory: Math.round(totalmem() / 1e9) };
}

/** Versions of onpa, Node and Python, and of packages of Python. */
export function versionsOf(python: string, packages: string[]): Versions {
  const code =
    'import platform, sys; from importlib.metadata import version\n' +
    'print(platform.python_version(), *(version(p) for p in sys.argv[1:]), sep="\\n")';
  const [pythonVersion, ...found] = execFileSync(python, ['-c', code, ...packages], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const { version } = JSON.parse(readIfThere(join(root, 'lib', 'package.json'))!);
  const others = packages.map((name, i) => [name, found[i]]);
  return { onpa: version, Node: process.versions.node, Python: pythonVersion, ...Object.fromEntries(others) };
}

/** Processor, memory and versions, in one line. */
export function describeMachine(versions: Versions, machine: Machine = thisMachine()): string {
  return [
    `${machine.processor} (${machine.instructions}), ${machine.cores} cores`,
    `${machine.memory} GB`,
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
  ].join('; ');
}
