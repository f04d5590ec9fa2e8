import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { inRepository } from '../../fixtures.js';

/** What stands in place of modules that a browser lacks, and of `onpa`. */
const INSTEAD: Readonly<Record<string, string>> = {
  onpa: 'onpa.js',
  'node:assert/strict': 'assert.js',
  'node:fs': 'files.js',
  'node:path': 'files.js',
};

const instead: Plugin = {
  name: 'instead',
  setup({ onResolve }) {
    for (const [name, file] of Object.entries(INSTEAD)) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: join(__dirname, file) }));
    }
  },
};

/**
 * One script of compiled tests, for Mocha in a page.
 *
 * @param files - their paths; the script notes each in the suites that it describes
 */
export async function bundleTests(files: readonly string[]): Promise<string> {
  const lines = files.map((file) => `from(${JSON.stringify(file)}, () => require(${JSON.stringify(file)}));`);
  const { outputFiles } = await build({
    stdin: { contents: `${from}\n${lines.join('\n')}`, resolveDir: inRepository() },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    define: { __dirname: '"/"', global: 'globalThis' },
    banner: { js: 'var process = { env: {} };' },
    plugins: [instead],
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

declare const mocha: { suite: { suites: { file?: string }[] } };

/** In the page: describes what a file tests. */
function from(file: string, describeAll: () => void): void {
  const before = mocha.suite.suites.length;
  describeAll();
  for (const suite of mocha.suite.suites.slice(before)) suite.file = file;
}
