import { deepEqual, equal, fail, match, ok } from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { inRepository } from '../fixtures.js';
import { code, type Notebook } from '../notebooks/notebook.js';
import { describeInChromium, launchChromium } from './chromium.js';
import { copyNotebook, type JupyterLab, startJupyterLab } from './jupyterlab.js';

const NAME = '03-stft.ipynb';

/** In the page: the code cells, and what they wrote to stderr or failed with. */
const CELLS =
  "jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => model).filter((m) => m.type === 'code')";
const COMPLAINTS = `${CELLS}.flatMap((model) => model.outputs.toJSON())
  .filter((output) => output.output_type === 'error' || output.name === 'stderr')`;

/** In the page: whether more than a share of a plot is coloured; axes and their text are not. */
function isColoured({ canvas, share }: { canvas: Node; share: number }): boolean {
  const { width, height } = canvas as HTMLCanvasElement;
  const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = data.subarray(i, i + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 32) count++;
  }
  return count > share * width * height;
}

describeInChromium('JupyterLab in Chromium', 'the tests in JupyterLab are', (executable) => {
  let lab: JupyterLab;
  let browser: Browser;
  let page: Page;
  let notebook: Notebook;
  const pageErrors: string[] = [];
  const requests: string[] = [];

  before(async () => {
    notebook = copyNotebook(NAME);
    lab = await startJupyterLab();
    browser = await launchChromium(executable);
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    // Below mocha's own, so that what was waited for is named.
    page.setDefaultTimeout(500_000);
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
    // Its name is shown before it is connected, and cells that run too early are dropped.
    await page.waitForFunction("jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'");
    await page.evaluate('jupyterapp.commands.execute("notebook:run-all-cells")');
    const counts = `${CELLS}.map((model) => model.executionCount)`;
    await page.waitForFunction(`${counts}.every((count) => count > 0) || ${COMPLAINTS}.length > 0`);
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
      // A spectrogram fills its axes with an image, which comes after them; curves are thin.
      const share = source.includes('specshow(') ? 0.2 : 0.002;
      const canvas = await plot.elementHandle();
      const drawn = page.waitForFunction(isColoured, { canvas: canvas!, share });
      await drawn.catch((error) => fail(`plot ${i} is blank: ${error.message}`));
    }
  });

  it('fits every plot into its column, in a narrow window too', async () => {
    const fits = `[...document.querySelectorAll('.jp-RenderedVegaCommon5')]
        .every((output) => output.querySelector('canvas').clientWidth <= output.clientWidth)`;
    for (const width of [800, 1400]) {
      await page.setViewportSize({ width, height: 1000 });
      await page
        .waitForFunction(fits, undefined, { timeout: 60_000 })
        .catch((error) => fail(`at ${width} pixels: ${error.message}`));
    }
  });

  it('enlarges a plot with Ctrl and the wheel, and leaves the wheel alone to the page', async () => {
    const plot = page.locator('.jp-RenderedVegaCommon5 canvas').nth(1);
    await plot.scrollIntoViewIfNeeded();
    const pixels = () => plot.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const place = async () => (await plot.boundingBox())!.y;
    const [drawn, top] = [await pixels(), await place()];
    await plot.hover({ position: { x: 200, y: 100 } });
    await page.mouse.wheel(0, 40);
    await page.waitForFunction(({ canvas, top }) => (canvas as Element).getBoundingClientRect().y < top - 20, {
      canvas: await plot.elementHandle(),
      top,
    });
    equal(await pixels(), drawn);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await page.waitForFunction(({ canvas, drawn }) => (canvas as HTMLCanvasElement).toDataURL() !== drawn, {
      canvas: await plot.elementHandle(),
      drawn,
    });
  });

  it('tells screen readers what every plot shows', async () => {
    const charts = page.locator('.jp-RenderedVegaCommon5 [role=graphics-document]');
    const labels = await charts.evaluateAll((all) => all.map((chart) => chart.getAttribute('aria-label') ?? ''));
    equal(labels.length, await page.locator('.jp-RenderedVegaCommon5 canvas').count());
    for (const label of labels) match(label, /Spectrogram, .* s|\d curves?: /);
  });

  it('has players whose keys are their own, and no command of the notebook', async () => {
    const players = page.locator('.onpa-player');
    const sources = code(notebook).map((cell) => cell.source.join(''));
    const made = sources.filter((source) => /await (play|compare\w*)\(/.test(source)).length;
    equal(await players.locator('.bar').count(), made);
    const picture = players.first().locator('.picture');
    await picture.scrollIntoViewIfNeeded();
    await picture.click();
    const cells = await page.evaluate<string[]>(
      'jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => model.type + model.sharedModel.source)',
    );
    for (const key of ['End', '1', 'l', 'l', 'ArrowLeft', 'Home', 'ArrowRight']) await page.keyboard.press(key);
    match((await players.first().locator('.time').textContent())!, /^0\.27 s \/ 5\.33 s$/);
    await page.keyboard.press(' ');
    await players
      .first()
      .locator('.time', { hasText: /^[1-4]\./ })
      .waitFor();
    await page.keyboard.press(' ');
    await players.first().getByRole('button', { name: 'Play', exact: true }).waitFor();
    deepEqual(
      await page.evaluate(
        'jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => model.type + model.sharedModel.source)',
      ),
      cells,
    );
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
