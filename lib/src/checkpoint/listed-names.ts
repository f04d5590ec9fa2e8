/** Some names of a file for a message, each cut where it is absurdly long, and how many more there are. */
export function listedNames(names: readonly string[], most: number): string {
  const some = names.slice(0, most).map((name) => (name.length > 100 ? `${name.slice(0, 100)}…` : name));
  return some.join(', ') + (names.length > some.length ? ` and ${names.length - some.length} more` : '');
}
