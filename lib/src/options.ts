/** Options, each of which may be null for its default, as None is in Python. */
export type OrNull<T> = { [K in keyof T]: T[K] | null };

/**
 * The options without those that are null or undefined: they have their defaults, as if they had been left out.
 *
 * @param meaningful - those whose null means something else
 */
export function given<T extends object, K extends keyof T = never>(
  options: OrNull<T> | null | undefined,
  ...meaningful: K[]
): T {
  const entries = Object.entries(options ?? {});
  const isGiven = ([key, value]: [string, unknown]): boolean =>
    value === null ? meaningful.includes(key as K) : value !== undefined;
  return Object.fromEntries(entries.filter(isGiven)) as T;
}
