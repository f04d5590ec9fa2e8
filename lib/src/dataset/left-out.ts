/** Why files of a folder are in no row, in the order in which a note says so; each follows a number of files. */
export const REASONS = {
  ending: 'of no kind that load opens',
  class: 'in no folder of a class',
  split: 'in the folder of no split',
  metadata: 'that no metadata names',
  link: 'behind links that lead nowhere, or where the data set is read already',
  hidden: 'hidden',
  empty: 'without a file',
  special: 'neither a file nor a folder',
} as const;

/** A file that is in no row. */
export interface LeftOut {
  /** Relative to the folder of the data set; with a slash at its end it is a folder, left out as a whole. */
  path: string;
  reason: keyof typeof REASONS;
}

/** Names of each kind in a note. */
const NAMED = 3;

const noted = new Set<string>();

/** Says what is in no row of a data set: how much, why, and the first of each kind. Once, unless something else is. */
export function noteLeftOut(name: string, leftOut: readonly LeftOut[]): void {
  if (leftOut.length === 0) return;
  const kinds = Object.entries(REASONS).flatMap(([reason, why]) => {
    const paths = leftOut.filter((one) => one.reason === reason).map(({ path }) => path);
    if (paths.length === 0) return [];
    const first = paths.sort().slice(0, NAMED).join(', ');
    return `${paths.length} ${why} (${first}${paths.length > NAMED ? ', …' : ''})`;
  });
  // Whatever a name of a file has in it, a note is a line.
  const note = `${name}: ${leftOut.length} left out, ${kinds.join('; ')}`.replaceAll(/\p{Cc}/gu, '?');
  if (!noted.has(note)) console.warn(note);
  noted.add(note);
}
