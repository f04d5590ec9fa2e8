import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { inRepository } from '../fixtures.js';
import { code, type Notebook } from '../notebooks/notebook.js';
import { findChromium, launchChromium } from './chromium.js';
import { copyNotebook, freePort, type JupyterLab, startJupyterLab } from './jupyterlab.js';

const NAME = '03-stft.ipynb';

/** In the page: the code cells, and what they wrote to stderr or failed with. */
const CELLS =
  "jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => model).filter((m) => m.type === 'code')";
const COMPLAINTS = `${CELLS}.flatMap((model) => model.outputs.toJSON())
  .filter((output) => output.output_type === 'error' || output.name === 'stderr')`;

/** In the page: how much of a plot is coloured, from 0 to 1; axes and their text are not. */
function coloured(canvas: HTMLCanvasElement): number {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = data.subarray(i, i + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 32) count++;
  }
  return (4 * count) / data.length;
}

const executable = findChromium();
if (executable === undefined) {
  console.log(
    'No Chromium is installed (apt install chromium, or set CHROMIUM): the tests in JupyterLab are left out.',
  );
} else {
  describe('JupyterLab in Chromium', function () {
    this.timeout(180_000);
    let lab: JupyterLab;
    let browser: Browser;
    let page: Page;
    let notebook: Notebook;
    const pageErrors: string[] = [];
    const requests: string[] = [];

    before(async () => {
      notebook = copyNotebook(NAME);
      lab = startJupyterLab(await freePort());
      await lab.ready;
      browser = await launchChromium(executable);
      page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
      page.on('pageerror', (error) => pageErrors.push(error.message));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(lab.page(NAME));
      await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor();
    });

    after(async () => {
      await browser?.close();
      await lab?.stop();
    });

    it('runs all cells of the STFT lesson without an error', async () => {
      // The kernel that the notebook names is there, so nobody is asked to choose one.
      await page.locator('.jp-Toolbar-kernelName', { hasText: 'TypeScript' }).waitFor();
      await page.evaluate('jupyterapp.commands.execute("notebook:run-all-cells")');
      const counts = `${CELLS}.map((model) => model.executionCount)`;
      await page.waitForFunction(`${counts}.every((count) => count > 0) || ${COMPLAINTS}.length > 0`, undefined, {
        timeout: 150_000,
      });
      deepEqual(await page.evaluate(COMPLAINTS), []);
      deepEqual(
        await page.evaluate(counts),
        code(notebook).map((_, i) => i + 1),
      );
    });

    it('draws every plot', async () => {
      const sources = code(notebook).map((cell) => cell.source.join(''));
      const shown = sources.filter((source) => source.includes('await show('));
      const plots = page.locator('.jp-RenderedVegaCommon5 canvas');
      await plots.nth(shown.length - 1).waitFor();
      equal(await plots.count(), shown.length);
      for (const [i, source] of shown.entries()) {
        const plot = plots.nth(i);
        const size = await plot.boundingBox();
        ok(size && size.width > 300 && size.height > 150, `plot ${i}: ${JSON.stringify(size)}`);
        // A spectrogram fills its axes with an image; curves are thin.
        const least = source.includes('specshow(') ? 0.2 : 0.002;
        const share = await plot.evaluate(coloured);
        ok(share > least, `plot ${i} is coloured by ${share}`);
      }
    });

    it('plays the trumpet', async () => {
      const audio = page.locator('audio').first();
      await audio.scrollIntoViewIfNeeded();
      const seconds = await audio.evaluate(async (element) => {
        const player = element as HTMLAudioElement;
        await player.play();
        await new Promise<void>((resolve) => {
          const heard = () => player.currentTime > 0.2 && resolve();
          player.addEventListener('timeupdate', heard);
        });
        player.pause();
        return player.duration;
      });
      ok(seconds > 5.2 && seconds < 5.4, `${seconds} s`);
    });

    it('has no error on its page', async () => {
      const edge = (cell: Locator) => cell.evaluate((element) => element.getBoundingClientRect().bottom);
      const cells = page.locator('.jp-Notebook .jp-Cell');
      const height = (await edge(cells.last())) - (await edge(cells.first()));
      await page.setViewportSize({ width: 1400, height: Math.min(Math.ceil(height) + 500, 16_000) });
      await cells.first().scrollIntoViewIfNeeded();
      await page.screenshot({ path: inRepository('build', 'lab-03-stft.png') });
      // JupyterLab's debugger panel says so whenever no debugger runs.
      deepEqual(
        pageErrors.filter((message) => message !== 'No active debugger session'),
        [],
      );
    });

    it('asks no other machine for anything', () => {
      const own = /^(http:\/\/127\.0\.0\.1:|data:|blob:)/;
      deepEqual(
        requests.filter((url) => !own.test(url)),
        [],
      );
    });
  });
}
