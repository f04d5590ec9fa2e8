/** What folders and files of a split are called, as in Python's `datasets`. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'dev', 'val'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

const SPLIT_OF = new Map(Object.entries(KEYWORDS).flatMap(([split, words]) => words.map((word) => [word, split])));

/** A keyword between the characters that separate words there, digits among them. */
const KEYWORD = new RegExp(`(?:^|[-._ 0-9])(${[...SPLIT_OF.keys()].join('|')})(?=$|[-._ 0-9])`, 'i');

/** Where a file belongs. */
export interface SplitPlace {
  /** Undefined where others have a split, and this one has none. */
  split: string | undefined;
  /** The parts of its path without the folder of the split. */
  rest: readonly string[];
}

/** Tells the split of a file by the parts of its path. */
export interface SplitFinder {
  splits: readonly string[];
  place(parts: readonly string[]): SplitPlace;
}

/** 'my-train_2' → 'train' */
export function splitOf(name: string): string | undefined {
  const word = KEYWORD.exec(name)?.[1];
  return word === undefined ? undefined : SPLIT_OF.get(word.toLowerCase());
}

/**
 * How clips are divided into splits: by folders, at any depth; else by their names, where each has that of a split; else
 * all are for training.
 *
 * Python's `datasets` takes any folder with such a word in its name for a split, and forgets the rest. Here a folder is
 * divided if all in it have such a word, or two are called after different splits, or one is called so and has folders, not
 * clips: classes 'test tones' and 'train' among others stay classes.
 *
 * @param clips - the parts of their paths
 */
export function splitFinder(clips: readonly (readonly string[])[]): SplitFinder {
  const all = new Set<string>();
  const divided = divide(clips, [], all) ? all : surelyDivided(clips);
  if (divided.size > 0) {
    const place = (parts: readonly string[]): SplitPlace => {
      const at = parts.slice(0, -1).findIndex((_, i) => divided.has(key(parts.slice(0, i))));
      return at < 0
        ? { split: undefined, rest: parts }
        : { split: splitOf(parts[at]), rest: [...parts.slice(0, at), ...parts.slice(at + 1)] };
    };
    return { splits: splitsIn(clips.map((parts) => place(parts).split)), place };
  }
  const byName = clips.map((parts) => splitOf(parts[parts.length - 1]));
  if (clips.length > 0 && !byName.includes(undefined)) {
    return {
      splits: splitsIn(byName),
      // What is no clip lies in the folder of a class all the same.
      place: (parts) => ({ split: splitOf(parts[parts.length - 1]) ?? 'train', rest: parts }),
    };
  }
  return { splits: ['train'], place: (parts) => ({ split: 'train', rest: parts }) };
}

const splitsIn = (splits: readonly (string | undefined)[]): string[] =>
  [...new Set(splits)].filter((split) => split !== undefined).sort();

const key = (parts: readonly string[]): string => parts.join('/');

/** Folders in which two are called after different splits, whatever else there is. */
function surelyDivided(clips: readonly (readonly string[])[]): Set<string> {
  const splits = new Map<string, Set<string>>();
  for (const parts of clips) {
    for (const [i, name] of parts.slice(0, -1).entries()) {
      const split = SPLIT_OF.get(name.toLowerCase());
      if (split === undefined) continue;
      const folder = key(parts.slice(0, i));
      splits.set(folder, (splits.get(folder) ?? new Set()).add(split));
    }
  }
  return new Set([...splits].filter(([, found]) => found.size > 1).map(([folder]) => folder));
}

/** Notes the folders whose folders are splits; false where there are none, or some clips lie in none of these folders. */
function divide(clips: readonly (readonly string[])[], at: readonly string[], divided: Set<string>): boolean {
  const inFolders = clips.filter((parts) => parts.length > at.length + 1);
  const names = [...new Set(inFolders.map((parts) => parts[at.length]))];
  const isWhole = inFolders.length === clips.length;
  if (names.length === 0) return false;
  const withClips = new Set(
    inFolders.filter((parts) => parts.length === at.length + 2).map((parts) => parts[at.length]),
  );
  if (isDivided(names, isWhole, withClips)) {
    divided.add(key(at));
    return true;
  }
  return (
    isWhole &&
    names.every((name) =>
      divide(
        inFolders.filter((parts) => parts[at.length] === name),
        [...at, name],
        divided,
      ),
    )
  );
}

/**
 * @param isWhole - whether all clips lie in these folders
 * @param withClips - those that have clips in themselves, not only in their folders
 */
function isDivided(names: readonly string[], isWhole: boolean, withClips: ReadonlySet<string>): boolean {
  const called = names.filter((name) => SPLIT_OF.has(name.toLowerCase()));
  const splits = new Set(called.map(splitOf));
  if (splits.size > 1 || (splits.size > 0 && !called.some((name) => withClips.has(name)))) return true;
  return isWhole && names.every((name) => splitOf(name) !== undefined);
}
