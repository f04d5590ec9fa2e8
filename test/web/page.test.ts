import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { createInterface } from 'node:readline';
import { saveWav } from 'onpa';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from '../browser/chromium.js';
import { inRepository } from '../fixtures.js';
import { apart, buildPage, said, saved, serveFolders, timelineInNode, timelineInPage } from './page.js';

const REGGAE = inRepository('data', 'audio', 'reggae.flac');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

describeInChromium('the page that hears', 'the tests of the page are', (executable) => {
  const work = inRepository('build', 'test', 'web-page');
  const folder = `${work}/page`;
  let browser: Browser;
  let server: Server;
  let address: string;

  before(async () => {
    mkdirSync(work, { recursive: true });
    await buildPage(folder);
    const started = await serveFolders({ '/some/where/': folder });
    server = started.server;
    address = `${started.address}some/where/`;
    // The microphone hears a clip.
    const clip = { samples: new Float32Array(8 * 48000).map((_, i) => 0.3 * Math.sin(i * (0.02 + i * 1e-7))) };
    await saveWav(`${work}/microphone.wav`, { ...clip, sampleRate: 48000 }, { bitDepth: '16' });
    browser = await launchChromium(executable, [
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${work}/microphone.wav`,
    ]);
  });

  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  /** Opens the page, and closes it after `use`; nothing but what `others` allow may be asked of another server. */
  async function withPage(
    use: (page: Page) => Promise<void>,
    { at = address, others = /^$/, ...options }: BrowserContextOptions & { at?: string; others?: RegExp } = {},
  ): Promise<void> {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    context.setDefaultTimeout(500_000);
    const elsewhere: string[] = [];
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(new URL(at).origin) && !/^(blob|data):/.test(url)) elsewhere.push(url);
    });
    try {
      const page = await context.newPage();
      const broken: string[] = [];
      page.on('pageerror', ({ message }) => broken.push(message));
      await page.goto(at);
      await use(page);
      deepEqual(broken, []);
      deepEqual(
        elsewhere.filter((url) => !others.test(url)),
        [],
      );
    } finally {
      await context.close();
    }
  }

  const choose = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
    page.locator('#file').setInputFiles(file);

  /** In the page: how many colours a canvas has. */
  const colors = (page: Page, id: string) =>
    page.evaluate((name) => {
      const canvas = document.getElementById(name) as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }, id);

  /** What axe finds serious. */
  async function serious(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  it('draws a file and hears in it what onpa hears in Node, window by window', async () => {
    const expected = await timelineInNode(REGGAE);
    await withPage(async (page) => {
      await choose(page, REGGAE);
      match(await said(page), /^Heard in full/);
      const off = apart(await timelineInPage(page), expected);
      ok(off < 1e-3, `the scores are off by ${off}`);
      for (const id of ['waveform', 'mel', 'strip', 'timeline']) ok((await colors(page, id)) > 2, id);

      await page.locator('#play').click();
      await page.locator('#time', { hasText: /^0:(0[1-9]|[12])/ }).waitFor();
      await page.locator('#play').click();
      ok((await colors(page, 'live')) > 100, 'nothing is drawn as it sounds');

      const position = page.locator('#position');
      await position.press('Home');
      await position.press('ArrowRight');
      // It is said with the next frame that is drawn.
      await page.locator('#position[aria-valuetext^="0:01"]').waitFor();
      match((await position.getAttribute('aria-valuetext'))!, /^0:01 of 0:20, \w+ \d+\.\d %$/);
    });
  });

  it('is usable without eyes, in the dark, in Japanese and on a narrow screen', async () => {
    await withPage(
      async (page) => {
        equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
        equal(await page.evaluate('document.documentElement.lang'), 'ja');
        await page.locator('[data-word=trumpet]').click();
        match(await said(page), /最後まで聞きました/);
        deepEqual(await serious(page), []);
        for (const language of ['en', 'ja']) {
          await page.locator('#language').click();
          equal(await page.evaluate('document.documentElement.lang'), language);
          ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360, language);
        }
        await page.locator('#theme').click();
        deepEqual(await serious(page), []);
        await page.locator('#language').click();
        await page.reload();
        equal(await page.evaluate('document.documentElement.dataset.theme'), 'light');
        equal(await page.evaluate('document.documentElement.lang'), 'en');
      },
      { locale: 'ja-JP', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
    );
  });

  it('hears in a recording what onpa hears in the file that it saves', async () => {
    await withPage(
      async (page) => {
        await page.locator('#record').click();
        await page.locator('#time', { hasText: /^0:(0[6-9]|[1-5])/ }).waitFor();
        ok((await colors(page, 'live')) > 100, 'nothing is drawn as it is recorded');
        await page.locator('#record').click();
        match(await said(page), /^Heard in full/);
        const expected = await timelineInNode(await saved(page, '#keep'));
        const off = apart(await timelineInPage(page), expected);
        ok(off < 1e-3, `the scores are off by ${off}`);
      },
      { permissions: ['microphone'] },
    );
  });

  it('gives a recording to save where there is no model', async () => {
    await withPage(
      async (page) => {
        await page.locator('#record').click();
        await page.locator('#time', { hasText: '0:01' }).waitFor();
        await page.locator('#record').click();
        match(await said(page), /^There is no model nowhere beside this page/);
        ok(statSync(await saved(page, '#keep')).size > 2 * 16_000);
      },
      { permissions: ['microphone'], at: `${address}?model=nowhere` },
    );
  });

  it('opens the microphone once where Record is pressed twice, and closes it where a file is opened', async () => {
    await withPage(
      async (page) => {
        await page.evaluate(`
          window.tracks = [];
          const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getUserMedia = async (what) => {
            const stream = await ask(what);
            window.tracks.push(...stream.getTracks());
            return stream;
          };`);
        await page.evaluate("for (const _ of [1, 2]) document.getElementById('record').click()");
        await page.locator('#time', { hasText: '0:01' }).waitFor();
        await choose(page, REGGAE);
        match(await said(page), /^Heard in full/);
        deepEqual(await page.evaluate('window.tracks.map(({ readyState }) => readyState)'), ['ended']);
        equal(await page.locator('#name').textContent(), 'reggae.flac');
        await page.locator('#language').click();
        equal(await page.locator('#name').textContent(), 'reggae.flac');
      },
      { permissions: ['microphone'] },
    );
  });

  it('says that the microphone is refused, that a file is none of sound, and goes on', async () => {
    await withPage(async (page) => {
      await page.context().grantPermissions([]);
      await page.locator('#record').click();
      match(await said(page), /^The microphone may not be used/);
      await choose(page, { name: 'letter.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('Dear reader') });
      await page.locator('#error', { hasText: 'cannot be decoded' }).waitFor();
      match(await said(page), /“letter.mp3” cannot be decoded here/);
      await page.locator('[data-word=trumpet]').click();
      await page.locator('#error:empty').waitFor({ state: 'attached' });
      match(await said(page), /^Heard in full/);
    });
  });

  it('says that a model is missing, and draws all the same', async () => {
    await withPage(
      async (page) => {
        await page.locator('[data-word=trumpet]').click();
        match(await said(page), /^There is no model nowhere beside this page/);
        ok((await colors(page, 'mel')) > 100);
      },
      { at: `${address}?model=nowhere` },
    );
    await withPage(async (page) => match(await said(page), /is no name of a model/), { at: `${address}?model=../up` });
  });

  it('asks the Hub when a model of it is wanted, says so, and else cannot ask anybody', async () => {
    await withPage(
      async (page) => {
        await page.context().route('https://huggingface.co/**', (route) => route.fulfill({ status: 404 }));
        match((await page.locator('#hub').textContent())!, /me\/genres comes from the Hugging Face Hub/);
        const asked = page.context().waitForEvent('request', (request) => request.url().startsWith('https://'));
        await page.locator('[data-word=trumpet]').click();
        match(await said(page), /The Hub does not give a model me\/genres/);
        match((await asked).url(), /^https:\/\/huggingface\.co\/me\/genres\//);
      },
      { at: `${address}?model=me/genres`, others: /^https:\/\/huggingface\.co\/me\/genres\// },
    );
    await withPage(async (page) => {
      await page.locator('[data-word=trumpet]').click();
      await said(page);
      const ask = "fetch('https://huggingface.co/me/genres/resolve/main/config.json')";
      await rejects(page.evaluate(ask));
      equal(page.workers().length, 1);
      await rejects(page.workers()[0].evaluate(ask));
    });
  });

  it('stops hearing a long sound when it is told to', async () => {
    const tenMinutes = { samples: new Float32Array(600 * 8000).map((_, i) => 0.1 * Math.sin(i / 9)), sampleRate: 8000 };
    await saveWav(`${work}/long.wav`, tenMinutes, { bitDepth: '16' });
    await withPage(async (page) => {
      await choose(page, `${work}/long.wav`);
      await page.locator('#state', { hasText: 'of 596 windows' }).waitFor();
      await page.locator('#cancel').click();
      const [, count] = /^Cancelled after (\d+) of 596 windows/.exec(await said(page))!;
      equal((await timelineInPage(page)).length, Number(count));
    });
  });

  it('opens and hears without a network after the first visit', async () => {
    const own = await serveFolders({ '/': folder });
    await withPage(
      async (page) => {
        await page.evaluate('navigator.serviceWorker.ready.then(() => {})');
        own.server.closeAllConnections();
        await new Promise((resolve) => own.server.close(resolve));
        await page.reload();
        await page.locator('[data-word=reggae]').click();
        match(await said(page), /^Heard in full/);
      },
      { at: own.address },
    );
  });

  it('shows a folder with a model of one’s own, as npm run web -- FOLDER, and says what a folder lacks', async () => {
    const script = inRepository('scripts', 'web.mjs');
    const mine = `${work}/my-model`;
    cpSync(`${folder}/models/mini-genres`, mine, { recursive: true });
    const refused = spawn(process.execPath, [script, work]);
    const [said1] = await once(createInterface(refused.stderr), 'line');
    match(said1, /has no onnx\/model\.onnx; write it with/);

    const command = spawn(process.execPath, [script, mine, '--port', '0']);
    try {
      let at = '';
      for await (const line of createInterface(command.stdout)) {
        at = /^Open (\S+)/.exec(line)?.[1] ?? '';
        if (at) break;
      }
      match(at, /^http:\/\/127\.0\.0\.1:\d+\/\?model=my-model$/);
      await withPage(
        async (page) => {
          await page.locator('[data-word=trumpet]').click();
          match(await said(page), /^Heard in full/);
          equal(await page.locator('#model').textContent(), 'Model: my-model, beside this page.');
        },
        { at },
      );
    } finally {
      command.kill();
    }
  });
});
