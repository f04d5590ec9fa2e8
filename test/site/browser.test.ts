import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../browser/chromium.js';
import { serveFolders } from '../web/page.js';
import { builtSite, JAPANESE, pagesIn } from './site.js';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
/** Pages of the reference of each kind; that all its links hold is looked at without a browser. */
const REFERENCE = ['api/index.html', 'api/functions/stft.html', 'api/classes/Trainer.html'];

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

describeInChromium('the site of the course in Chromium', 'the tests of the site in a browser are', (executable) => {
  let site: string;
  let english: string[];
  let japanese: string[];
  let browser: Browser;
  let server: Server;
  let address: string;

  before(async () => {
    site = await builtSite();
    english = pagesIn(site, 'en');
    japanese = pagesIn(site, 'ja');
    browser = await launchChromium(executable);
    // Below a folder, as on GitHub Pages.
    const started = await serveFolders({ '/some/where/': site });
    server = started.server;
    address = `${started.address}some/where/`;
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  /** Opens a page and closes it after `use`; nothing may be asked of another server, and nothing go wrong. */
  async function withPage(
    path: string,
    use: (page: Page) => Promise<void>,
    { base = address, ...options }: BrowserContextOptions & { base?: string } = {},
  ): Promise<void> {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    context.setDefaultTimeout(60_000);
    const faults: string[] = [];
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(base) && !/^(blob|data):/.test(url)) faults.push(`${path} asks for ${url}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${path}: ${response.status()} of ${response.url()}`);
    });
    try {
      const page = await context.newPage();
      page.on('pageerror', ({ message }) => faults.push(`${path}: ${message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(`${path}: ${message.text()}`);
      });
      await page.goto(`${base}${path}`);
      await use(page);
      deepEqual(faults, []);
    } finally {
      await context.close();
    }
  }

  /** Two pages at a time. */
  async function each(paths: readonly string[], look: (path: string) => Promise<void>): Promise<void> {
    const left = [...paths];
    const next = async (): Promise<void> => {
      for (let path = left.shift(); path !== undefined; path = left.shift()) await look(path);
    };
    await Promise.all([next(), next()]);
  }

  /** What axe finds serious; the titles that TypeDoc folds sections by have a link within, and are TypeDoc's. */
  async function serious(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<{ violations: Violation[] }>(
      "axe.run({ resultTypes: ['violations'], rules: { 'nested-interactive': { enabled: !document.querySelector('.tsd-accordion') } } })",
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map(({ html }) => html.slice(0, 200))
            .join(' ')}`,
      );
  }

  const width = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth');

  /** Goes to each chart of a page, waits until it is drawn, and tells how many there are; one that cannot be drawn says why. */
  async function drawCharts(page: Page): Promise<number> {
    const count = await page.locator('[data-chart]').count();
    await page.evaluate(`(async () => {
      for (const chart of document.querySelectorAll('[data-chart]')) {
        chart.scrollIntoView({ behavior: 'instant' });
        while (!('drawn' in chart.dataset) && !('failed' in chart.dataset)) await new Promise(requestAnimationFrame);
      }
    })()`);
    const failed = await page.evaluate<string[]>(
      "Array.from(document.querySelectorAll('[data-failed]'), ({ dataset }) => dataset.chart + ': ' + dataset.failed)",
    );
    deepEqual(failed, [], page.url());
    const sizes = await page.evaluate<number[]>(
      "Array.from(document.querySelectorAll('[data-chart] canvas'), (canvas) => Math.min(canvas.clientWidth, canvas.clientHeight))",
    );
    equal(sizes.length, count);
    ok(
      sizes.every((size) => size > 30),
      sizes.join(),
    );
    return count;
  }

  it('draws every chart, is accessible in light colours and asks no other server', async () => {
    let charts = 0;
    await each([...english, ...REFERENCE], (path) =>
      withPage(
        path,
        async (page) => {
          const drawn = await drawCharts(page);
          charts += drawn;
          deepEqual(await serious(page), [], path);
        },
        { colorScheme: 'light' },
      ),
    );
    ok(charts >= 50, `${charts} charts`);
  });

  it('is accessible in dark colours, and fits a phone of 360 pixels, in Japanese too', async () => {
    await each([...japanese, ...REFERENCE], (path) =>
      withPage(
        path,
        async (page) => {
          deepEqual(await serious(page), [], path);
          ok((await width(page)) <= 360, `${path} is ${await width(page)} pixels wide`);
        },
        { colorScheme: 'dark', viewport: { width: 360, height: 740 }, locale: 'ja-JP' },
      ),
    );
  });

  it('keeps charts on a phone in their column, with tooltips and zoom on a computer', async () => {
    const phone = { viewport: { width: 360, height: 740 } };
    await withPage(
      'en/03-stft.html',
      async (page) => {
        await drawCharts(page);
        await page.waitForFunction('document.documentElement.scrollWidth <= 360');
      },
      phone,
    );
    await withPage('en/01-waveform.html', async (page) => {
      const chart = page.locator('[data-chart]').first();
      await chart.scrollIntoViewIfNeeded();
      await chart.locator('canvas').waitFor();
      const { x, y, width: wide, height } = (await chart.locator('canvas').boundingBox())!;
      const tooltip = page.locator('#vg-tooltip-element');
      // It is there once the pointer has met a curve.
      for (let i = 0; i < 100 && (await tooltip.count()) === 0; i++) {
        await page.mouse.move(x + (wide * (20 + (i % 50))) / 100, y + (height * (30 + i / 4)) / 100, { steps: 2 });
      }
      await tooltip.waitFor({ state: 'attached' });
      const label = await chart.locator('[aria-label]').first().getAttribute('aria-label');
      match(label!, /^2 curves: tone, samples/);
    });
  });

  it('leaves the picture in its place where a chart cannot be drawn or loaded, and says why', async () => {
    const context = await browser.newContext();
    try {
      for (const [spec, reason] of [
        ['{ "mark": 3, "data": null }', /^\w*Error: /],
        [undefined, /^it cannot be loaded$/],
      ] as const) {
        const page = await context.newPage();
        await page.route(/\/media\/[0-9a-f]{20}\.js$/, (route) =>
          spec ? route.fulfill({ body: `onpaChart(document.currentScript, ${spec}, {})` }) : route.abort(),
        );
        await page.goto(`${address}en/01-waveform.html`);
        const chart = page.locator('[data-chart]').first();
        await chart.scrollIntoViewIfNeeded();
        await chart.and(page.locator('[data-failed]')).waitFor();
        match((await chart.getAttribute('data-failed'))!, reason);
        ok(await chart.locator('img').isVisible());
        await rejects(drawCharts(page), ({ message }: Error) => message.includes('media/'));
      }
    } finally {
      await context.close();
    }
  });

  it('switches the language and stays where it was read', async () => {
    await withPage('en/02-spectrum.html', async (page) => {
      const anchor = await page.locator('article section section').nth(2).getAttribute('id');
      await page.evaluate(`document.getElementById(${JSON.stringify(anchor)}).scrollIntoView({ behavior: 'instant' })`);
      await page.locator('.language-switch:visible').click();
      await page.waitForURL(`**/ja/02-spectrum.html#${anchor}`);
      match(await page.locator('h1').innerText(), JAPANESE);
      await page.locator('.language-switch:visible').click();
      await page.waitForURL(/en\/02-spectrum\.html/);
    });
  });

  it('finds words in both languages, also opened as files', async () => {
    const local = `${pathToFileURL(site).href}/`;
    for (const base of [address, local]) {
      for (const [path, title] of [
        ['en/search.html?q=aliasing', /The waveform/],
        ['ja/search.html?q=エイリアシング', /波形/],
        ['ja/search.html?q=折り返し', /波形/],
        ['ja/search.html?q=distilhubert', /DistilHuBERT/],
      ] as const) {
        await withPage(path, (page) => page.locator('#search-results li a', { hasText: title }).first().waitFor(), {
          base,
        });
      }
      await withPage('ja/search.html?q=存在しない語句', (page) => page.locator('#search-results p').first().waitFor(), {
        base,
      });
    }
  });

  it('shows charts as pictures and plays sounds where there is no JavaScript', async () => {
    await withPage(
      'en/01-waveform.html',
      async (page) => {
        const picture = page.locator('[data-chart] img').first();
        await picture.scrollIntoViewIfNeeded();
        ok((await picture.boundingBox())!.height > 100);
        match((await picture.getAttribute('alt'))!, /2 curves/);
        ok(existsSync(join(site, 'en', (await page.locator('audio').first().getAttribute('src'))!)));
      },
      { javaScriptEnabled: false },
    );
  });

  it('begins in the language of the reader', async () => {
    for (const [locale, start] of [
      ['ja-JP', 'ja'],
      ['de-DE', 'en'],
    ]) {
      await withPage('index.html', (page) => page.waitForURL(`**/${start}/index.html`), { locale });
    }
  });
});
