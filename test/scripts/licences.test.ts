import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

describe('npm run licences', () => {
  let found: Map<string, string[]>;
  before(async () => {
    found = (await import(pathToFileURL(resolve('scripts/licences.mjs')).href)).installedLicences();
  });

  it('knows the licence of every package that is installed, of npm and of Python', () => {
    const names = [...found.values()].flat();
    for (const name of ['vega 5', 'tslab 1', '@tensorflow/tfjs-node-gpu 4', 'jupyterlab 4', 'tensorflow']) {
      assert.ok(
        names.some((known) => known.startsWith(name)),
        name,
      );
    }
    assert.equal(found.get('not declared'), undefined);
  });

  it('finds no package that asks for more than its notice and is not in docs/licences.md', () => {
    const page = readFileSync('docs/licences.md', 'utf8');
    const asking = [...found].filter(([licence]) => /GPL|MPL|Mozilla|SEE|proprietary/i.test(licence));
    const names = asking.flatMap(([, packages]) => packages.map((name) => name.split(' ')[0]));
    assert.ok(names.length >= 5, names.join());
    // @resvg/resvg-js-linux-x64-gnu is its build for this machine.
    const missing = names.filter((name) => !page.includes(name.replace(/^(@resvg\/resvg-js).*/, '$1')));
    assert.deepEqual(missing, []);
  });
});
