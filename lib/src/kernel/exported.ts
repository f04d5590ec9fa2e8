/**
 * What the cells export: every variable of a cell, so that later cells have it. TypeScript makes getters of named
 * imports; here they become values, which a later cell may assign to.
 */
export function createExported(): Record<string, unknown> {
  const exported: Record<string, unknown> = {};
  return new Proxy(exported, {
    defineProperty(target, name, { get, value }) {
      if (name !== '__esModule') target[name as string] = get ? get() : value;
      return true;
    },
  });
}
