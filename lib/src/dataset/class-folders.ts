import type { SplitPlace } from './split-finder.js';

/** Folders that hold the folders of classes, whatever lies beside them: GTZAN's, and what people call them. */
const WRAPPER = /^(data|dataset|genres|genres_original|audios?|clips|sounds?|wavs?)$/i;

/** A file, and where it belongs. */
export interface PlacedFile extends SplitPlace {
  parts: readonly string[];
  isClip: boolean;
}

/** What {@link classFolders} finds. */
export interface ClassFolders {
  /** In order. */
  names: string[];
  /** The class of a file; undefined where it lies in none. */
  classOf(file: PlacedFile): string | undefined;
  /** Folders of classes that have files, but no clip: relative paths. */
  empty: string[];
}

/**
 * The folders that are classes: those of the first folder that has several with clips in them, or one with clips and
 * nothing else. Splits are put together before, so that a class has the same number in all of them.
 */
export function classFolders(files: readonly PlacedFile[]): ClassFolders {
  const placed = files.filter(({ split }) => split !== undefined);
  const above: string[] = [];
  for (let next = wrapper(placed, above); next !== undefined; next = wrapper(placed, above)) above.push(next);
  const classOf = ({ rest }: PlacedFile) =>
    rest.length > above.length + 1 && isBelow(rest, above) ? rest[above.length] : undefined;

  const names = new Set<string>();
  const folders = new Map<string, boolean>();
  for (const file of placed) {
    const name = classOf(file);
    if (name === undefined) continue;
    if (file.isClip) names.add(name);
    const folder = folderOf(file, above.length);
    folders.set(folder, folders.get(folder) || file.isClip);
  }
  return {
    names: [...names].sort(),
    classOf: (file) => (file.split === undefined ? undefined : classOf(file)),
    empty: [...folders].filter(([, hasClips]) => !hasClips).map(([folder]) => folder),
  };
}

/** The folder in `above` which holds the classes rather than being one. */
function wrapper(files: readonly PlacedFile[], above: readonly string[]): string | undefined {
  const depth = above.length;
  const here = files.filter(({ rest }) => isBelow(rest, above));
  const folders = new Set(here.filter(({ rest }) => rest.length > depth + 1).map(({ rest }) => rest[depth]));
  const clips = here.filter(({ isClip }) => isClip);
  const [only, ...others] = new Set(clips.filter(({ rest }) => rest.length > depth + 1).map(({ rest }) => rest[depth]));
  if (only === undefined || others.length > 0) return undefined;
  const hasFolders = clips.some(({ rest }) => rest.length > depth + 2);
  const hasClips = clips.some(({ rest }) => rest.length <= depth + 2);
  return hasFolders && (WRAPPER.test(only) || (folders.size === 1 && !hasClips)) ? only : undefined;
}

const isBelow = (parts: readonly string[], above: readonly string[]): boolean =>
  parts.length > above.length && above.every((name, i) => parts[i] === name);

/** The path of a file up to its class, with the folder of its split where that stands before. */
function folderOf({ parts, rest }: PlacedFile, depth: number): string {
  const split = parts.findIndex((part, i) => part !== rest[i]);
  return parts.slice(0, depth + 1 + (split >= 0 && split <= depth ? 1 : 0)).join('/');
}
