import { told } from '../numbers.js';

/**
 * Where a value differs from what it should be, in words that go on after "for …": 'it gives 7000, and 1000 is right'; or
 * undefined. Arrays and typed arrays of the same numbers are the same, and so are objects whatever the order of their keys.
 *
 * @param tolerance - by how much a number may differ, in shares of the largest one of its list, or of `scale`
 * @param scale - of what the numbers are computed, where that may be larger than they are; default 0
 */
export function deepDifference(value: unknown, truth: unknown, tolerance: number, scale = 0): string | undefined {
  return differenceAt('', value, truth, (largest) => tolerance * Math.max(largest, scale));
}

/** By how much numbers may differ of which this is the largest. */
type Margin = (largest: number) => number;

function differenceAt(path: string, value: unknown, truth: unknown, margin: Margin): string | undefined {
  const it = itGives(path);
  if (typeof truth === 'number') {
    if (typeof value === 'number' && isNear(value, truth, margin(Math.abs(truth)))) return undefined;
    return `${it} ${told(value)}, and ${rounded(truth)} is right`;
  }
  if (isList(truth)) return listDifference(path, value, truth, margin);
  if (typeof truth !== 'object' || truth === null) {
    return value === truth ? undefined : `${it} ${told(value)}, and ${told(truth)} is right`;
  }
  if (typeof value !== 'object' || value === null || isList(value)) return `${it} ${told(value)}; give an object`;
  const found = value as Readonly<Record<string, unknown>>;
  for (const [key, its] of Object.entries(truth)) {
    const place = path === '' ? key : `${path}.${key}`;
    if (!Object.hasOwn(found, key)) return `${place} is missing`;
    const difference = differenceAt(place, found[key], its, margin);
    if (difference) return difference;
  }
  const more = Object.keys(found).find((key) => !Object.hasOwn(truth, key));
  return more === undefined ? undefined : `${it} ${more} as well, which does not belong there`;
}

function listDifference(path: string, value: unknown, truth: ArrayLike<unknown>, margin: Margin): string | undefined {
  const it = itGives(path);
  if (!isList(value)) return `${it} ${told(value)}; give a list of ${truth.length}`;
  const numbers = Array.from(truth).filter((x): x is number => typeof x === 'number');
  const near = margin(numbers.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0));
  for (let i = 0; i < Math.min(value.length, truth.length); i++) {
    const place = `${path}[${i}]`;
    const [own, its] = [value[i], truth[i]];
    if (typeof its !== 'number') {
      const difference = differenceAt(place, own, its, margin);
      if (difference) return difference;
    } else if (typeof own !== 'number' || !isNear(own, its, near)) {
      return `${itGives(place)} ${told(own)}, and ${rounded(its)} is right`;
    }
  }
  if (value.length === truth.length) return undefined;
  return `${it} ${value.length} entries, and ${truth.length} ${truth.length === 1 ? 'is' : 'are'} right`;
}

const itGives = (path: string): string => (path === '' ? 'it gives' : `it gives in ${path}`);

const isNear = (value: number, truth: number, margin: number): boolean =>
  value === truth || Math.abs(value - truth) <= margin;

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/** As many digits as one compares. */
export const rounded = (value: number): string => String(Number(value.toPrecision(7)));
