import { readFileSync } from 'node:fs';
import { loadKoffi } from '../koffi.js';

/** What Linux calls giving pages back until they are used again. */
const MADV_DONTNEED = 4;

let release: (() => void) | undefined;

/**
 * Gives the pages of TensorFlow's libraries back that stay as they are in the files, 300 MB after linking, which reads names
 * and places of all symbols, and 150 MB after a compilation. A forward pass or a step of training needs 30 MB of them: what
 * is used comes back from the system's cache of files. Where Linux does not tell what is in memory, nothing happens.
 */
export function releaseLibraryPages(): void {
  release ??= findRelease();
  release();
}

function findRelease(): () => void {
  try {
    const unchanged = mappings(readFileSync('/proc/self/smaps', 'latin1')).filter(isUnchangedLibrary);
    const madvise = loadKoffi().load(null).func('int madvise(uintptr_t address, size_t length, int advice)');
    return () => {
      for (const { begin, end } of unchanged) madvise(begin, end - begin, MADV_DONTNEED);
    };
  } catch {
    return () => {};
  }
}

/** A range of addresses, as `/proc/self/smaps` describes it. */
interface Mapping {
  begin: bigint;
  end: bigint;
  /** As `r-xp`. */
  access: string;
  path: string;
  /** In kB, by what is counted. */
  sizes: ReadonlyMap<string, number>;
}

function mappings(smaps: string): Mapping[] {
  return smaps.split(/^(?=[\da-f]+-[\da-f]+ )/m).flatMap((text) => {
    const head = /^([\da-f]+)-([\da-f]+) (\S+) \S+ \S+ \S+ +(\S.*)$/m.exec(text);
    if (!head) return [];
    const [, begin, end, access, path] = head;
    const sizes = new Map(Array.from(text.matchAll(/^(\w+): +(\d+) kB$/gm), ([, name, size]) => [name, Number(size)]));
    return [{ begin: BigInt(`0x${begin}`), end: BigInt(`0x${end}`), access, path, sizes }];
  });
}

/**
 * Whether a range is as in TensorFlow's file, and stays so. Linking writes addresses into other ranges, of which some cannot
 * be written any more afterwards: their pages are the process's own, in memory or swapped out, and would come back without
 * what was written.
 */
function isUnchangedLibrary({ access, path, sizes }: Mapping): boolean {
  const hasOwnPages = sizes.get('Anonymous') !== 0 || sizes.get('Swap') !== 0;
  return /\/libtensorflow[^/]*$/.test(path) && !access.includes('w') && !hasOwnPages;
}
