import { writeSync } from 'node:fs';

/** Writes a line for whoever started Jupyter; where nobody reads that, it is lost. */
export function log(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // A terminal that is closed, or a pipe that is full, ends no kernel.
  }
}
