import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { curves, hconcat, matrix, type Spec, specshow, spectrum, waveshow } from 'onpa';
import { fitted } from 'onpa/dist/plot/picture/fit.js';
import { draw } from 'onpa/dist/plot/picture/render.js';
import type { Browser, Page } from 'playwright-core';
import { ramp } from '../plot/drawing.js';
import { patched } from '../plot/embedded.js';
import { describeInChromium, launchChromium } from './chromium.js';

/** A page with a column, in it a frame as vega-embed makes it, and room to scroll. */
const PAGE = `<!doctype html><body style="margin:0;height:4000px"><div id="column" style="width:840px">
  <div class="vega-embed has-actions"><div class="chart-wrapper"></div></div></div>`;

describeInChromium('a chart in Chromium', 'the tests of charts are', (executable) => {
  const tone = Float32Array.from({ length: 44_100 }, (_, i) => 0.5 * Math.sin(i / 10));
  let browser: Browser;
  let page: Page;

  before(async () => {
    browser = await launchChromium(executable);
    page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    await page.setContent(PAGE);
    await page.addScriptTag({ content: readFileSync(require.resolve('vega/build/vega.min.js'), 'utf8') });
  });

  after(() => browser?.close());

  /** Draws a chart in the frame, as JupyterLab does. */
  async function put(spec: Spec): Promise<void> {
    const { defaultStyle, patch } = fitted(spec, await draw(spec));
    const script = `async ({ style, vegaSpec }) => {
        window.view?.finalize();
        window.told = {};
        document.querySelector('style')?.remove();
        document.head.appendChild(document.createElement('style')).textContent = style;
        const container = document.querySelector('.chart-wrapper');
        window.view = new vega.View(vega.parse(vegaSpec), { container, renderer: 'canvas' });
        window.view.tooltip((_handler, _event, _item, value) => { if (value) window.told = value; });
        await window.view.runAsync();
        window.scrollTo(0, 0);
      }`;
    await page.evaluate(`(${script})(${JSON.stringify({ style: defaultStyle, vegaSpec: patched(spec, patch) })})`);
  }

  const column = (width: number) => page.evaluate(`document.getElementById('column').style.width = '${width}px'`);
  const canvasWidth = "document.querySelector('canvas').clientWidth";
  /** Of an axis: the range that is seen. */
  const seen = (scale = 'x') => page.evaluate<[number, number]>(`view.scale('${scale}').domain()`);
  const span = async (scale?: string) => (await seen(scale)).reduce((from, to) => to - from);
  const at = async (x: number, y = 0.4) => {
    const { width, height } = (await page.locator('canvas').boundingBox())!;
    await page.mouse.move(x * width, y * height);
  };
  /** Turns the wheel by so many notches, and waits for what comes of it. */
  async function turn(notches: number, until: string): Promise<void> {
    for (let i = 0; i < Math.abs(notches); i++) await page.mouse.wheel(0, 100 * Math.sign(notches));
    await page.waitForFunction(until);
  }

  it('fits into its column, follows it, and has its own width where there is room', async () => {
    const rows = [0, 1, 2].map((i) => specshow(ramp(129, 50), { width: 210, height: 100, colorbar: i === 2 }));
    for (const spec of [waveshow({ samples: tone, sampleRate: 22050 }), hconcat(rows)]) {
      await column(2000);
      await put(spec);
      const own = await page.evaluate<number>(canvasWidth);
      for (const width of [840, 360]) {
        await column(width);
        await page.waitForFunction(`${canvasWidth} <= ${width}`);
      }
      await column(2000);
      await page.waitForFunction(`Math.abs(${canvasWidth} - ${own}) < 2`);
    }
    await column(840);
  });

  it('leaves the wheel to the page, and is enlarged with Ctrl down to the samples', async () => {
    await put(waveshow({ samples: tone, sampleRate: 22050 }));
    const whole = await seen();
    await at(0.5);
    await turn(1, 'window.scrollY > 50');
    deepEqual(await seen(), whole);
    await page.evaluate('window.scrollTo(0, 0)');
    await page.keyboard.down('Control');
    await turn(-14, "(([from, to]) => to - from < 0.02)(view.scale('x').domain())");
    await page.keyboard.up('Control');
    equal(await page.evaluate('window.scrollY'), 0);
    const [from, to] = await seen();
    const drawn = `view.scenegraph().root.items[0].items.filter(({ marktype }) => marktype === 'line')
        .flatMap(({ items }) => items.map(({ datum }) => [datum.time, datum.high]))`;
    const points = await page.evaluate<[number, number][]>(drawn);
    ok(points.length >= (to - from) * 22050 - 1 && points.length < 1000, `${points.length} samples are drawn`);
    for (const [time, high] of points) ok(Math.abs(high - tone[Math.round(time * 22050)]) < 1e-4);
  });

  it('moves where it is dragged, and shows all again after a double click', async () => {
    const [from, to] = await seen();
    await at(0.6);
    await page.mouse.down();
    await at(0.4);
    await page.mouse.up();
    await page.waitForFunction(`view.scale('x').domain()[0] > ${from + (to - from) / 10}`);
    await page.mouse.dblclick(400, 100);
    await page.waitForFunction("(([from, to]) => to - from > 2)(view.scale('x').domain())");
  });

  it('of every kind is enlarged and tells numbers under the pointer', async () => {
    const frequencies = Float64Array.from({ length: 1000 }, (_, i) => 10 * i);
    const charts: [Spec, string, string][] = [
      [curves({ y: [0, 1, 0.5, 0.75, 0.5], name: 'loss' }, { xTitle: 'epoch' }), 'epoch', 'x'],
      [curves({ y: [0, 1, 0.5], mark: 'points' }, { yTitle: 'second' }), 'second', 'y'],
      [
        spectrum(
          frequencies,
          frequencies.map((hz) => -hz / 100),
        ),
        'Hz',
        'x',
      ],
      [matrix(ramp(20, 20), { unit: 'weight' }), 'weight', 'y'],
      [specshow(ramp(129, 50)), 'dB', 'x'],
    ];
    for (const [spec, told, scale] of charts) {
      await put(spec);
      const whole = await span(scale);
      // The second point of the curves, and somewhere in a picture.
      const [x, y] = await page.evaluate<[number, number]>(`(() => {
          const points = view.scenegraph().root.items[0].items.filter(({ marktype }) => /symbol|rect/.test(marktype));
          const item = points.flatMap(({ items }) => items).filter(({ tooltip }) => tooltip)[1];
          const [left, top] = view.origin();
          const padding = view.padding().left;
          return [padding + left + item.x + (item.width ?? 0) / 2, padding + top + item.y + (item.height ?? 0) / 2];
        })()`);
      await page.mouse.move(x + 1, y + 1);
      await page.mouse.move(x, y);
      await page.waitForFunction(`${JSON.stringify(told)} in told`);
      await at(0.5, 0.5);
      await page.keyboard.down('Control');
      await turn(-2, `Math.abs((([from, to]) => to - from)(view.scale('${scale}').domain())) < ${Math.abs(whole) / 2}`);
      await page.keyboard.up('Control');
      const labels = `view.scenegraph().root.items[0].items.flatMap(({ items }) => items)
          .flatMap(({ items = [] }) => items).filter(({ role }) => role === 'axis-label')
          .map(({ items }) => items.filter(({ text, opacity }) => text && opacity !== 0).length)`;
      const counts = await page.evaluate<number[]>(labels);
      ok(counts.length === 2 && counts.every((count) => count > 1), `labels of the axes: ${counts}`);
    }
  });

  it('has its description where screen readers find it', async () => {
    const spec = waveshow({ samples: tone, sampleRate: 22050 });
    await put(spec);
    equal(await page.locator('[role=graphics-document]').getAttribute('aria-label'), spec.description);
  });
});
