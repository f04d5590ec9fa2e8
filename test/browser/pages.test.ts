import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { curves, example, load } from 'onpa';
import { comparison } from 'onpa/dist/plot/compare.js';
import { audioElement, picturePlayer } from 'onpa/dist/plot/play.js';
import type { Browser } from 'playwright-core';
import { inRepository } from '../fixtures.js';
import { readNotebook } from '../notebooks/notebook.js';
import { describeInChromium, launchChromium } from './chromium.js';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; any: { message: string }[] }[];
}

/** Of `npm run notebooks`: it makes pages of notebooks, pairs of paths. */
async function makePages(paths: readonly string[]): Promise<void> {
  const { environmentPython, pythonEnvironment } = await import(
    pathToFileURL(inRepository('lib', 'setup', 'python.mjs')).href
  );
  const script = inRepository('scripts', 'notebook_page.py');
  await promisify(execFile)(environmentPython(), [script, ...paths], { env: pythonEnvironment() });
}

/** A notebook with a cell that has shown all kinds of players. */
async function playersNotebook(): Promise<object> {
  const clip = await load(await example('trumpet'), { duration: 1 });
  const chart = curves({ x: [0, 1], y: [0, 1] }, { xTitle: 'Time (s)' });
  const html = [
    audioElement(clip, { title: 'plain' }),
    await picturePlayer(clip, { show: 'spectrogram' }),
    await picturePlayer(clip, { show: chart, title: 'over a chart' }),
    await comparison(['one', 'two'].map((title) => ({ title, waveform: clip }))),
  ];
  const outputs = html.map((text) => ({ output_type: 'display_data', metadata: {}, data: { 'text/html': text } }));
  const cell = { cell_type: 'code', id: 'players', metadata: {}, source: 'play(clip);', execution_count: 1, outputs };
  const heading = { cell_type: 'markdown', id: 'heading', metadata: {}, source: '# Players' };
  return { cells: [heading, cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
}

describeInChromium('the pages of the lessons in Chromium', 'the tests of how all can use them are', (executable) => {
  const folder = inRepository('build', 'test', 'pages');
  const notebooks = ['notebooks', join('notebooks', 'beyond')].flatMap((place) =>
    readdirSync(inRepository(place))
      .filter((name) => name.endsWith('.ipynb'))
      .map((name) => inRepository(place, name)),
  );
  const players = join(folder, 'players.ipynb');
  let browser: Browser;

  const pageOf = (path: string): string => join(folder, `${basename(path, '.ipynb')}.html`);

  before(async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(players, JSON.stringify(await playersNotebook()));
    await makePages([...notebooks, players].flatMap((path) => [path, pageOf(path)]));
    browser = await launchChromium(executable);
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const path of [...notebooks, players]) {
    const name = basename(path, '.ipynb');
    it(`${name}: has no barrier that axe knows, also where the Japanese is unfolded`, async () => {
      const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
      page.setDefaultTimeout(300_000);
      try {
        // MathJax, which nbconvert takes from another server.
        await page.route(/^https?:/, (route) => route.abort());
        await page.goto(pathToFileURL(pageOf(path)).href, { waitUntil: 'domcontentloaded' });
        equal(await page.evaluate('document.documentElement.lang'), 'en');
        await page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
        await page.evaluate(AXE);
        const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
        const told = violations.map(
          ({ id, impact, nodes: [{ html, any }] }) => `${impact} ${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ''}`,
        );
        deepEqual(told, []);
        if (path === players) equal(await page.locator('.onpa-player .bar').count(), 3);
      } finally {
        await page.close();
      }
    });
  }

  it('have the titles of the lessons', () => {
    for (const path of notebooks) {
      const [, heading] = /^# +(.+)/.exec(readNotebook(path).cells[0].source.join(''))!;
      match(readFileSync(pageOf(path), 'utf8').slice(0, 1000), new RegExp(`<title>${heading.trim()}</title>`));
    }
  });
});
