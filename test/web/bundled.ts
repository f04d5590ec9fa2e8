import { buildSync } from 'esbuild';
import { inRepository } from '../fixtures.js';

/** What a module of web/src exports that needs no page. */
export function bundled<T>(name: string): T {
  const entryPoints = [inRepository('web', 'src', name)];
  const { outputFiles } = buildSync({ entryPoints, bundle: true, format: 'cjs', write: false });
  const module = { exports: {} as T };
  new Function('module', outputFiles[0].text)(module);
  return module.exports;
}
