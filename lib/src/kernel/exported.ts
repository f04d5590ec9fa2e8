/**
 * The variables at the top of cells, as properties. One that has no value yet, since its cell stopped before, says so:
 * such a property would be undefined.
 */
export function createExported(): Record<string, unknown> {
  const missing = new Proxy(Object.create(null), {
    get(_target, name) {
      if (typeof name === 'symbol') return undefined;
      throw new ReferenceError(`${name} is not defined: the line that gives it a value has not run`);
    },
  });
  return Object.create(missing);
}
