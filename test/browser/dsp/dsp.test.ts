import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { inRepository } from '../../fixtures.js';
import { describeInChromium, launchChromium } from '../chromium.js';
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

/** A thread of sound that measures what it hears, as it comes: 128 samples at a time. */
const LISTENER = `import { StftStream } from './dsp.mjs';
registerProcessor('listener', class extends AudioWorkletProcessor {
  stream = new StftStream({ nFft: 512 });
  process([[samples]]) {
    const spectra = this.stream.push(samples ?? new Float32Array(128));
    if (spectra.columns > 0) this.port.postMessage(spectra.magnitude().to2DArray());
    return true;
  }
});`;

/** In the page: what the listener and `stft` make of the same noise, a column after the other. */
const LISTEN = `(async () => {
  const samples = Float32Array.from({ length: 128 * 100 }, (_, i) => Math.sin(i * i));
  const context = new OfflineAudioContext(1, samples.length, 22050);
  await context.audioWorklet.addModule('/listener.mjs');
  const listener = new AudioWorkletNode(context, 'listener');
  const heard = [];
  listener.port.onmessage = ({ data }) => heard.push(...data[0].map((_, t) => data.map((row) => row[t])));
  const source = new AudioBufferSourceNode(context, { buffer: context.createBuffer(1, samples.length, 22050) });
  source.buffer.copyToChannel(samples, 0);
  source.connect(listener).connect(context.destination);
  source.start();
  await context.startRendering();
  while (heard.length < 98) await new Promise((resolve) => setTimeout(resolve, 10));
  const whole = dsp.stft(samples, { nFft: 512 }).magnitude().transpose().to2DArray();
  return [heard.slice(0, 98), whole.slice(0, 98)];
})()`;

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

describeInChromium('onpa/dsp in Chromium', 'the tests of onpa/dsp there are', (executable) => {
  const files = names.map((name) => join(folder, name));
  let browser: Browser;
  let page: Page;
  let server: Server;
  let results: Result[];
  let inNode: Map<string, string[]>;
  const requests: string[] = [];
  let parts: string[];

  before(async () => {
    inNode = titlesInNode(files);
    const started = await serve({
      '/': PAGE,
      '/mocha.js': readFileSync(inRepository('node_modules', 'mocha', 'mocha.js'), 'utf8'),
      '/dsp.mjs': readFileSync(inRepository('lib', 'dist', 'dsp', 'browser.mjs'), 'utf8'),
      '/listener.mjs': LISTENER,
      '/tests.js': await bundleTests(files),
    });
    server = started.server;
    browser = await launchChromium(executable);
    page = await browser.newPage();
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(String(error)));
    await page.goto(started.address);
    await page.waitForFunction('window.dsp');
    await page.evaluate("mocha.setup({ ui: 'bdd', timeout: 600000, reporter: function () {} })");
    await page.addScriptTag({ url: '/tests.js' });
    deepEqual(broken, []);
    results = await page.evaluate<Result[]>(RUN);
    parts = requests.filter((path) => !/^\/(file|load|favicon)/.test(path));
  });

  after(async () => {
    await browser?.close();
    server?.close();
  });

  it('is one file, with its kernels in it', () => {
    deepEqual(parts, ['/', '/mocha.js', '/dsp.mjs', '/tests.js']);
  });

  it('hears live sound in an AudioWorklet', async () => {
    const [heard, whole] = await page.evaluate<[number[][], number[][]]>(LISTEN);
    deepEqual(heard, whole);
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
