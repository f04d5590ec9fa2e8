import { MersenneTwister } from '../dsp/mersenne-twister.js';
import { ParameterError } from '../errors.js';
import { mix } from './permutation.js';

type Mix = (values: Uint32Array) => void;

/** What a row belongs to, such as its artist: a text or a number. */
export type Group = string | number;

/** Options of `AudioDataset.kFold`. */
export interface KFoldOptions {
  /** How many there are; default 5. */
  folds?: number;
  /** A whole number of at least 0; default 42. */
  seed?: number;
  /** Mix the rows first (the default), or deal them out in their order. */
  shuffle?: boolean;
  /** The column of classes of which each fold gets an equal share; default the first, null for none. */
  stratifyBy?: string | null;
  /** A column, or what a row belongs to, such as its artist: rows of a group come into one fold. */
  groupBy?: string | ((row: { file: string; [column: string]: unknown }) => Group);
}

/** How rows are dealt out to folds. */
export interface FoldSettings {
  folds: number;
  /** Of the order in which rows, or groups of the same kind, are dealt out; undefined keeps theirs. */
  seed: number | undefined;
  /** A class of each row, of which each fold gets an equal share. */
  classes?: readonly number[];
  /** What each row belongs to; all rows of a group come into one fold. */
  groups?: readonly Group[];
}

/**
 * In which fold each row is tested, from 0: as scikit-learn's `StratifiedKFold`, `KFold`, `StratifiedGroupKFold` or
 * `GroupKFold` deals them out, by what is given, with `shuffle` and `random_state` where there is a seed.
 *
 * @throws ParameterError where there are fewer rows, groups or rows of every class than folds
 */
export function foldsOfRows(rows: number, { folds, seed, classes, groups }: FoldSettings): Uint32Array {
  if (rows < folds) throw tooFew(`${rows} rows`, folds);
  const shuffle = seed === undefined ? () => {} : shuffler(seed);
  const kinds = classes && numbered(classes, inOrder(classes));
  if (kinds && Math.max(...counts(kinds)) < folds) {
    throw tooFew(`at most ${Math.max(...counts(kinds))} rows of each class`, folds);
  }
  if (!groups)
    return kinds ? stratified(numbered(classes!, [...new Set(classes)]), folds, shuffle) : plain(rows, folds, shuffle);
  const names = inOrder(groups);
  if (names.length < folds) throw tooFew(`${names.length} groups`, folds);
  const members = numbered(groups, names);
  if (kinds) return stratifiedGroups(kinds, members, folds, shuffle);
  const foldOf = seed === undefined ? largestFirst(members, folds) : plain(names.length, folds, shuffle);
  return members.map((group) => foldOf[group]);
}

/** Stretches of rows, or of mixed ones, of which the first are longer by one where they do not divide evenly. */
function plain(rows: number, folds: number, shuffle: Mix): Uint32Array {
  const order = Uint32Array.from(range(rows));
  shuffle(order);
  const foldOf = new Uint32Array(rows);
  let next = 0;
  for (let fold = 0; fold < folds; fold++) {
    const end = next + Math.floor(rows / folds) + (fold < rows % folds ? 1 : 0);
    while (next < end) foldOf[order[next++]] = fold;
  }
  return foldOf;
}

/** Each class by itself; which folds get one more of it depends on the classes before. */
function stratified(kinds: Uint32Array, folds: number, shuffle: Mix): Uint32Array {
  const sorted = kinds.toSorted();
  const foldOf = new Uint32Array(kinds.length);
  for (let kind = 0; kind <= sorted[sorted.length - 1]; kind++) {
    const places: number[] = [];
    for (let fold = 0; fold < folds; fold++) {
      for (let i = fold; i < sorted.length; i += folds) if (sorted[i] === kind) places.push(fold);
    }
    const dealt = Uint32Array.from(places);
    shuffle(dealt);
    let next = 0;
    kinds.forEach((of, row) => {
      if (of === kind) foldOf[row] = dealt[next++];
    });
  }
  return foldOf;
}

/** The largest group comes first, each into the fold that has the fewest rows. */
function largestFirst(members: Uint32Array, folds: number): Uint32Array {
  const sizes = counts(members);
  const order = range(sizes.length).sort((a, b) => sizes[b] - sizes[a] || b - a);
  const filled = new Float64Array(folds);
  const foldOf = new Uint32Array(sizes.length);
  for (const group of order) {
    const fold = filled.indexOf(Math.min(...filled));
    filled[fold] += sizes[group];
    foldOf[group] = fold;
  }
  return foldOf;
}

/** The group whose classes are the least even comes first, each into the fold where the classes stay the most even. */
function stratifiedGroups(kinds: Uint32Array, members: Uint32Array, folds: number, shuffle: Mix): Uint32Array {
  const ofKind = counts(kinds);
  const groups = range(counts(members).length);
  const table = groups.map(() => ofKind.map(() => 0));
  members.forEach((group, row) => {
    table[group][kinds[row]]++;
  });
  const order = Uint32Array.from(groups);
  shuffle(order);
  const unevenness = table.map((row) => deviation(row, sumInParts));
  const sorted = Array.from(order).sort((a, b) => unevenness[b] - unevenness[a]);
  const inFold = range(folds).map(() => ofKind.map(() => 0));
  const foldOf = new Uint32Array(groups.length);
  for (const group of sorted) {
    const fold = mostEven(inFold, ofKind, table[group]);
    table[group].forEach((count, kind) => {
      inFold[fold][kind] += count;
    });
    foldOf[group] = fold;
  }
  return members.map((group) => foldOf[group]);
}

/** The fold to which these rows, by class, are to be added. */
function mostEven(inFold: readonly number[][], ofKind: readonly number[], added: readonly number[]): number {
  let best = { fold: 0, unevenness: Infinity, rows: Infinity };
  for (let fold = 0; fold < inFold.length; fold++) {
    const shares = ofKind.map((all, kind) =>
      inFold.map((rows, i) => (rows[kind] + (i === fold ? added[kind] : 0)) / all),
    );
    const unevenness = sumInParts(shares.map((share) => deviation(share))) / ofKind.length;
    const rows = sum(inFold[fold]);
    const isLower = unevenness < best.unevenness;
    const isAsEven = Math.abs(unevenness - best.unevenness) <= 1e-8 + 1e-5 * Math.abs(best.unevenness);
    if (isLower || (isAsEven && rows < best.rows)) best = { fold, unevenness, rows };
  }
  return best.fold;
}

function tooFew(what: string, folds: number): ParameterError {
  return new ParameterError(`folds is ${folds}, but there are ${what}; give fewer folds`);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The sum in NumPy's order, whose last digit decides between folds that are as good: of eight or more, in eight parts. */
function sumInParts(values: readonly number[]): number {
  if (values.length < 8) return sum(values);
  if (values.length > 128) {
    const half = Math.floor(values.length / 2);
    const at = half - (half % 8);
    return sumInParts(values.slice(0, at)) + sumInParts(values.slice(at));
  }
  const end = values.length - (values.length % 8);
  const [a, b, c, d, e, f, g, h] = range(8).map((part) => sum(values.filter((_, i) => i < end && i % 8 === part)));
  return [a + b + (c + d) + (e + f + (g + h)), ...values.slice(end)].reduce((total, value) => total + value);
}

/** The standard deviation. */
function deviation(values: readonly number[], add = sum): number {
  const mean = add(values) / values.length;
  return Math.sqrt(add(values.map((value) => (value - mean) ** 2)) / values.length);
}

/** The values that there are, from the least to the greatest. */
function inOrder<T extends Group>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}

/** Each value as its place among the names. */
function numbered<T extends Group>(values: readonly T[], names: readonly T[]): Uint32Array {
  const places = new Map(names.map((name, i) => [name, i]));
  return Uint32Array.from(values, (value) => places.get(value)!);
}

/** How often each whole number from 0 stands there. */
function counts(numbers: Uint32Array): number[] {
  const found: number[] = [];
  for (const number of numbers) found[number] = (found[number] ?? 0) + 1;
  return found;
}

/** Mixes arrays one after the other, as `numpy.random.RandomState(seed).shuffle` does. */
function shuffler(seed: number): Mix {
  const random = new MersenneTwister(seed);
  return (values) => mix(values, () => random.next32());
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
