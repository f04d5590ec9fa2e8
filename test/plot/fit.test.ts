import assert from 'node:assert/strict';
import {
  confusionshow,
  curves,
  diagram,
  hconcat,
  labelshow,
  Matrix,
  type Spec,
  specshow,
  trainingCurves,
  vconcat,
  waveshow,
} from 'onpa';
import { fitted } from 'onpa/dist/plot/picture/fit.js';
import { draw } from 'onpa/dist/plot/picture/render.js';
import { parse, View } from 'vega';
import { ramp } from './drawing.js';
import { patched } from './embedded.js';

/** The width of the picture of a chart in columns of these widths, in pixels; 0: one that is not known. */
async function widths(spec: Spec, columns: readonly number[]): Promise<number[]> {
  const { patch } = fitted(spec, await draw(spec));
  const vega = patched(spec, patch);
  const column = (vega.signals as Spec[]).find(({ name }) => name === 'column')!;
  Object.assign(column, { init: '0', on: [] });
  const view = new View(parse(vega as never), { renderer: 'none' });
  const found: number[] = [];
  try {
    await view.runAsync();
    for (const width of columns) {
      await view.signal('column', width).runAsync();
      found.push(Number(/<svg[^>]* width="([\d.]+)"/.exec(await view.toSVG())![1]));
    }
    return found;
  } finally {
    view.finalize();
  }
}

const wave = { samples: Float32Array.from({ length: 800 }, (_, i) => Math.sin(i)), sampleRate: 800 };
const history = [1, 2, 3].map((epoch) => ({
  loss: 1 / epoch,
  eval_loss: 2 / epoch,
  eval_accuracy: epoch / 3,
  learning_rate: 1e-4,
  epoch,
  step: epoch,
}));
const charts: Record<string, Spec> = {
  'a waveform': waveshow(wave),
  'a spectrogram': specshow(ramp(129, 50), { tooltip: false }),
  'labels under a waveform': labelshow(wave, [0, 1, 2, 3], { hopLength: 200 }),
  'a confusion matrix': confusionshow(
    Matrix.eye(10),
    Array.from({ length: 10 }, (_, i) => `class ${i}`),
  ),
  'the curves of a training': trainingCurves(history),
  'a drawing': diagram([
    { label: 'model', detail: 'weights' },
    { label: 'one commit', column: 1 },
    { label: 'repository', column: 2 },
  ]),
  'three spectrograms': hconcat(
    [0, 1, 2].map((i) => specshow(ramp(129, 50), { title: `${i}`, width: 210, tooltip: false, colorbar: i === 2 })),
  ),
  'a row in a column': vconcat([
    waveshow(wave),
    hconcat([curves({ y: [1, 2] }, { width: 380 }), curves({ y: [1, 2] }, { width: 380 })]),
  ]),
};

describe('charts in a notebook', () => {
  for (const [name, spec] of Object.entries(charts)) {
    it(`fit into their column: ${name}`, async () => {
      const columns = [0, 2000, 500, 330];
      const [own, wide, ...narrow] = await widths(spec, columns);
      assert.equal(wide, own);
      for (const [i, width] of narrow.entries()) {
        // Beside the column there are 38 pixels for the menu.
        assert.ok(width <= columns[i + 2] + 30, `${width} pixels in a column of ${columns[i + 2]}`);
      }
    });
  }

  it('do not shrink without end', async () => {
    const [width] = await widths(waveshow(wave), [40]);
    assert.ok(width > 100 && width < 250, `${width}`);
  });

  it('keep the size that they have where no column is known, and in their picture', async () => {
    const spec = waveshow(wave, { width: 640 });
    const { svg } = await draw(spec);
    assert.deepEqual(await widths(spec, [0]), [Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)![1])]);
  });

  it('are left as they are where their width is no number', async () => {
    const spec: Spec = { ...waveshow(wave), width: 'container' };
    const { patch } = fitted(spec, await draw(spec));
    assert.deepEqual(
      patch.filter(({ path }) => (path as string).startsWith('/signals/-')),
      [],
    );
  });

  it('are enlarged by a half with each notch of the wheel, wherever they stand', async () => {
    for (const [spec, axes] of [
      [waveshow(wave), 1],
      [hconcat([curves({ y: [1, 2] }), specshow(ramp(9, 9))]), 2],
    ] as const) {
      const { patch } = fitted(spec, await draw(spec));
      const steps = patch.filter(({ value }) => String(value).includes('1.004'));
      assert.equal(steps.length, axes);
      assert.ok(JSON.stringify(patched(spec, patch)).match(/1\.001/) === null);
    }
  });
});
