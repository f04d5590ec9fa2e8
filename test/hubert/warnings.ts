/** Runs `use`, and gives back its result with what it wrote to `console.warn`. */
export async function withWarnings<T>(use: () => Promise<T>): Promise<{ result: T; warnings: string[] }> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (...parts: unknown[]) => void warnings.push(parts.join(' '));
  try {
    return { result: await use(), warnings };
  } finally {
    console.warn = warn;
  }
}

/** Runs `use` without the warnings that belong to it. */
export const quietly = async <T>(use: () => Promise<T>): Promise<T> => (await withWarnings(use)).result;
