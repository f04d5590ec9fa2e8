import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { ProcessOptions } from './train-process.js';

/** Runs a training in a process of its own, and gives the signal that ended it. */
export function trainElsewhere(options: ProcessOptions): { signal: string | null; output: string } {
  const { signal, stdout } = spawnSync(
    process.execPath,
    [path.join(__dirname, 'train-process.js'), JSON.stringify(options)],
    { encoding: 'utf8' },
  );
  return { signal, output: stdout };
}
