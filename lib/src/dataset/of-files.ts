/** Files that are read at a time. */
const FILES_AT_ONCE = 16;

/** What is read of each file, some at a time. */
export async function ofFiles<T>(files: readonly string[], read: (file: string) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let i = 0; i < files.length; i += FILES_AT_ONCE) {
    found.push(...(await Promise.all(files.slice(i, i + FILES_AT_ONCE).map((file) => read(file)))));
  }
  return found;
}
