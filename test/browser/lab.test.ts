import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { inRepository } from '../fixtures.js';
import { code, type Notebook } from '../notebooks/notebook.js';
import { findChromium, launchChromium } from './chromium.js';
import { copyNotebook, type JupyterLab, startJupyterLab } from './jupyterlab.js';

const NAME = '03-stft.ipynb';
const PLOT = '.jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg.marks';

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

    before(async () => {
      notebook = copyNotebook(NAME);
      lab = await startJupyterLab();
      browser = await launchChromium(executable);
      page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
      page.on('pageerror', (error) => pageErrors.push(error.message));
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
      const counts = `jupyterapp.shell.currentWidget.content.widgets
        .filter(({ model }) => model.type === 'code').map(({ model }) => model.executionCount)`;
      await page.waitForFunction(`${counts}.every((count) => count > 0)`, undefined, { timeout: 150_000 });
      deepEqual(
        await page.evaluate(counts),
        code(notebook).map((_, i) => i + 1),
      );
      equal(await page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count(), 0);
      equal(await page.locator('[data-mime-type="application/vnd.jupyter.error"]').count(), 0);
    });

    it('draws every plot', async () => {
      const shown = code(notebook).filter((cell) => cell.source.join('').includes('await show(')).length;
      const plots = page.locator(PLOT);
      await plots.nth(shown - 1).waitFor();
      equal(await plots.count(), shown);
      for (let i = 0; i < shown; i++) {
        const plot = plots.nth(i);
        await plot.scrollIntoViewIfNeeded();
        const size = await plot.boundingBox();
        ok(size && size.width > 300 && size.height > 150, `plot ${i}: ${JSON.stringify(size)}`);
        // White alone compresses to next to nothing.
        ok((await plot.screenshot()).length > 5000, `plot ${i} is blank`);
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
        pageErrors.filter((message) => !message.includes('No active debugger session')),
        [],
      );
    });
  });
}
