import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { inRepository } from '../../fixtures.js';
import { findChromium, launchChromium } from '../chromium.js';
import { bundleTests } from './bundle-tests.js';
import { serve } from './server.js';

/** Tests that need Node by nature, and why. */
const ONLY_IN_NODE: Readonly<Record<string, string>> = {
  'kernels.test.js': "reads the kernels' sources with TypeScript",
  'stft-stream-memory.test.js': "asks Node's process for its memory",
};

const PAGE = `<!doctype html><meta charset="utf-8"><div id="mocha"></div><script src="mocha.js"></script>
<script type="module">import * as dsp from './dsp.mjs'; window.dsp = dsp;</script>`;

/** In the page: runs what is described. */
const RUN = `new Promise((resolve) => {
  const results = [];
  const fileOf = ({ parent, file }) => file ?? fileOf(parent);
  const note = (test, error) => results.push({ file: fileOf(test), title: test.fullTitle(), error });
  const runner = mocha.run(() => resolve(results));
  runner.on('pass', (test) => note(test));
  runner.on('pending', (test) => note(test, 'skipped'));
  runner.on('fail', (test, error) => note(test, String(error.stack ?? error)));
})`;

interface Result {
  file: string;
  title: string;
  error?: string;
}

const folder = join(__dirname, '..', '..', 'dsp');
const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.js'));
const names = all.filter((name) => !(name in ONLY_IN_NODE)).sort();

/** The titles of the tests of a file, as Mocha finds them in Node. */
function titlesInNode(files: readonly string[]): Map<string, string[]> {
  const mocha = inRepository('node_modules', 'mocha', 'bin', 'mocha.js');
  const args = [mocha, '--dry-run', '--reporter', 'json', ...files];
  const report = execFileSync(process.execPath, args, { cwd: inRepository(), encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { tests }: { tests: { file: string; fullTitle: string }[] } = JSON.parse(report);
  return new Map(
    files.map((file) => [file, tests.filter((test) => test.file === file).map(({ fullTitle }) => fullTitle)]),
  );
}

const executable = findChromium();
if (executable === undefined) {
  console.log(
    'No Chromium is installed (apt install chromium, or set CHROMIUM): the tests of onpa/dsp there are left out.',
  );
} else {
  describe('onpa/dsp in Chromium', () => {
    const files = names.map((name) => join(folder, name));
    let browser: Browser;
    let server: Server;
    let results: Result[];
    let inNode: Map<string, string[]>;
    const requests: string[] = [];

    before(async () => {
      inNode = titlesInNode(files);
      const started = await serve({
        '/': PAGE,
        '/mocha.js': readFileSync(inRepository('node_modules', 'mocha', 'mocha.js'), 'utf8'),
        '/dsp.mjs': readFileSync(inRepository('lib', 'dist', 'dsp', 'browser.mjs'), 'utf8'),
        '/tests.js': await bundleTests(files),
      });
      server = started.server;
      browser = await launchChromium(executable);
      const page = await browser.newPage();
      page.on('request', (request) => requests.push(new URL(request.url()).pathname));
      const broken: string[] = [];
      page.on('pageerror', (error) => broken.push(String(error)));
      await page.goto(started.address);
      await page.waitForFunction('window.dsp');
      await page.evaluate("mocha.setup({ ui: 'bdd', timeout: 600000, reporter: function () {} })");
      await page.addScriptTag({ url: '/tests.js' });
      deepEqual(broken, []);
      results = await page.evaluate<Result[]>(RUN);
    });

    after(async () => {
      await browser?.close();
      server?.close();
    });

    it('is one file, with its kernels in it', () => {
      deepEqual(
        requests.filter((path) => !/^\/(file|load|favicon)/.test(path)),
        ['/', '/mocha.js', '/dsp.mjs', '/tests.js'],
      );
    });

    it('is tested by all that tests it in Node, but for what needs Node itself', () => {
      deepEqual(
        all.filter((name) => name in ONLY_IN_NODE),
        Object.keys(ONLY_IN_NODE),
      );
      equal(results.length, [...inNode.values()].flat().length);
      ok(results.length > 200, `${results.length} tests`);
    });

    for (const [i, name] of names.entries()) {
      it(`passes ${name}, each of its tests`, () => {
        const own = results.filter(({ file }) => file === files[i]);
        const failures = own.filter(({ error }) => error !== undefined);
        deepEqual(failures, []);
        deepEqual(own.map(({ title }) => title).sort(), [...inNode.get(files[i])!].sort());
      });
    }
  });
}
