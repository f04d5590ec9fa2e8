import { ParameterError } from './errors.js';
import { fromPython } from './python-names.js';

/** Options, each of which may be null for its default, as None is in Python. */
export type OrNull<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] };

/**
 * The options without those that are null or undefined: they have their defaults, as if they had been left out.
 *
 * @param meaningful - those whose null means something else
 * @throws ParameterError where one has Python's name, which would be passed over; others are left to TypeScript
 */
export function given<T extends object, K extends keyof T = never>(
  options: OrNull<T> | null | undefined,
  ...meaningful: K[]
): T {
  const entries = Object.entries(options ?? {});
  for (const [name] of entries) {
    const here = fromPython(name);
    if (here) throw new ParameterError(`there is no option ${name}, which is its name in Python; give ${here}`);
  }
  const isGiven = ([key, value]: [string, unknown]): boolean =>
    value === null ? meaningful.includes(key as K) : value !== undefined;
  return Object.fromEntries(entries.filter(isGiven)) as T;
}
