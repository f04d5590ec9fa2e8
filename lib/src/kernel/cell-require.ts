import Module, { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { LoadedModule } from './tslab.js';

/**
 * Looks for a package that is not above the notebook beside the kernel: so `onpa` is there for a notebook that was copied
 * elsewhere. Upstream tslab has no such place.
 */
function locate(inner: NodeJS.Require, id: string): string {
  try {
    return inner.resolve(id);
  } catch (error) {
    if (/^[./]/.test(id)) throw error;
    try {
      return require.resolve(id);
    } catch {
      throw error;
    }
  }
}

interface CellRequire {
  require: NodeJS.Require;
  /** Takes compiled files, in place of earlier ones of the same path. */
  update(files: readonly { path: string; data: string }[]): void;
}

/** The `require` of cells: it resolves from `folder`, and knows `tslab` and what was compiled beside the cells. */
export function createCellRequire(folder: string): CellRequire {
  const sources = new Map<string, string>();
  const loaded = new Map<string, Module>();

  function compiled(from: string, id: string): Module | undefined {
    const joined = join(from, id).replaceAll('\\', '/');
    const path = extname(joined) === '' ? `${joined}.js` : joined;
    const source = sources.get(path);
    if (source === undefined || loaded.has(path)) return loaded.get(path);
    const made = new Module(path, module) as LoadedModule;
    made.filename = path;
    made.paths = (Module as unknown as { _nodeModulePaths(from: string): string[] })._nodeModulePaths(dirname(path));
    made.require = wrap(createRequire(path), dirname(path));
    made._compile(source, path);
    loaded.set(path, made);
    return made;
  }

  function wrap(inner: NodeJS.Require, from: string): NodeJS.Require {
    return new Proxy(inner, {
      apply(_target, _self, [id]: [string]) {
        // The running kernel's own, which alone can display.
        if (id === 'tslab') return require('tslab');
        return compiled(from, id)?.exports ?? inner(locate(inner, id));
      },
    });
  }

  return {
    require: wrap(createRequire(join(folder, 'src.js')), folder),
    update(files) {
      for (const { path, data } of files) {
        loaded.delete(path);
        sources.set(path, data);
      }
    },
  };
}
