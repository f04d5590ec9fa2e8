import fs from 'node:fs/promises';

/** A renaming into a file or folder of this name, counted from 1. */
export interface Renaming {
  to: string;
  count: number;
}

/** As `kill -9` does: nothing is tidied up. */
export const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** Has the process die before a renaming, where one is given. */
export function dieBefore(moment: Renaming | undefined): void {
  const { rename } = fs;
  let renamings = 0;
  fs.rename = async (from, to) => {
    if (moment && String(to).endsWith(moment.to) && ++renamings === moment.count) die();
    return rename(from, to);
  };
}
