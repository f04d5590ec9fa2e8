import assert from 'node:assert/strict';
import {
  type CurvesOptions,
  curves,
  Matrix,
  matrix,
  renderSvg,
  type Spec,
  scoreshow,
  specshow,
  spectrum,
  trainingCurves,
  waveshow,
} from 'onpa';
import { autoTicks, tickLabels as labelsOf } from 'onpa/dist/plot/axes/ticks.js';
import { trainingPicture } from 'onpa/dist/training/trackers/training-picture.js';
import type { TrainingView } from 'onpa/dist/training/trackers/training-watch.js';
import { assertNear, axis, ramp, reference, tickLabels } from './drawing.js';

/** The labels along each axis that are not empty. */
async function labels(spec: Spec): Promise<string[][]> {
  return (await tickLabels(spec)).map((axis) => axis.filter(Boolean));
}

function assertDifferent(texts: readonly string[]): void {
  assert.ok(texts.length >= 2, `no scale can be read off ${texts}`);
  assert.equal(new Set(texts).size, texts.length, texts.join(' '));
}

/** Ranges near 0 and far from it, tiny and vast. */
const RANGES: [number, number][] = [];
for (const offset of [0, 1, -1, 0.7, 1e3, 1e6, -1e9, 1e9, 1.7e9, 123456789012, 1e15, -1e15]) {
  for (let exponent = -15; exponent <= 21; exponent++) {
    const span = 3.7 * 10 ** exponent;
    // Less than doubles can tell apart is no range.
    if (span > 64 * Number.EPSILON * Math.abs(offset)) RANGES.push([offset, offset + span]);
  }
}

describe('the ticks of an axis', () => {
  it('have labels that differ, and that are the numbers where the ticks are, whatever the range', () => {
    for (const [low, high] of RANGES) {
      for (const length of [60, 200, 318, 800]) {
        const ticks = autoTicks(low, high, length, 24);
        const texts = labelsOf(ticks);
        assertDifferent(texts);
        const near = (high - low) / 1000;
        for (const [i, text] of texts.entries())
          assert.ok(Math.abs(Number(text) - ticks[i]) <= near, `${text} at ${ticks[i]}`);
      }
    }
  });

  it('are where matplotlib has them, also far from 0 and in tiny ranges', () => {
    for (const { y, domain, ticks } of reference.offsets) {
      const found = axis(curves({ y }), 'y');
      assertNear(found.domain, domain, 1e-12);
      const size = domain[1] - domain[0];
      assert.equal(found.ticks.length, ticks.length, `${found.ticks} instead of ${ticks}`);
      for (const [i, tick] of ticks.entries()) assert.ok(Math.abs(tick - found.ticks[i]) < 1e-3 * size, `${tick}`);
    }
  });

  const far = [1e9, 1e9 + 1, 1e9 + 2];
  const tiny = [1e-12, 2e-12, 3e-12];
  const charts: Record<string, () => Spec> = {
    'curves of huge numbers': () => curves({ y: far }),
    'curves at huge places': () => curves({ x: far, y: [0, 1, 2] }),
    'curves of tiny numbers': () => curves({ x: tiny, y: tiny.map((y) => -y) }),
    'a constant curve': () => curves({ y: [5, 5, 5] }),
    'a constant curve of huge numbers': () => curves({ y: [-1e9, -1e9] }),
    'a small chart': () => curves({ x: far, y: far }, { width: 120, height: 60 }),
    'curves over many decades': () => curves({ x: [1e-300, 1, 1e300], y: [1, 2, 3] }, { xScale: 'log' }),
    'curves over a part of a decade': () => curves({ y: [1.001, 1.0012, 1.002] }, { yScale: 'log' }),
    'curves of huge numbers on log axes': () => curves({ x: far, y: far }, { xScale: 'log', yScale: 'log' }),
    'a range that is asked for': () => curves({ y: far }, { yDomain: [1e9 + 0.5, 1e9 + 0.500001] } as CurvesOptions),
    'a spectrum of a narrow band': () => spectrum([440.001, 440.0012, 440.0014], [-80, -79.9999, -79.9998]),
    'logits of huge numbers': () =>
      scoreshow(
        [1e9, 1e9 + 1].map((score, i) => ({ score, label: 'ab'[i] })),
        { percent: false },
      ),
    'a matrix at huge places': () => matrix(ramp(3, 3), { xRange: [1e9, 1e9 + 2], yRange: [-1e9, -1e9 + 2] }),
    'a matrix at a late time': () => matrix(ramp(3, 40), { xAxis: 'time', xRange: [1000, 1004] }),
    'a spectrogram of a narrow band': () => specshow(ramp(3, 3), { nFft: 4, fMin: 440, fMax: 440.001 }),
    'a long spectrogram': () => specshow(ramp(3, 1000), { hopLength: 2205 }),
    'a waveform of tiny samples': () => waveshow({ samples: Float32Array.of(1e-9, 0, -1e-9), sampleRate: 3 }),
    'a training of tiny losses': () =>
      trainingCurves([1, 2].map((epoch) => ({ loss: 1e-12 * epoch, epoch, step: epoch }))),
  };
  for (const [name, chart] of Object.entries(charts)) {
    it(`have labels that differ in ${name}`, async () => {
      const drawn = await labels(chart());
      for (const texts of drawn.slice(0, 2)) assertDifferent(texts);
    });
  }

  it('along x leave each other room', async () => {
    const svg = await renderSvg(curves({ x: far, y: far }));
    const [group] = svg.match(/<g class="mark-text role-axis-label".*?<\/g>/) ?? [''];
    const drawn = [...group.matchAll(/translate\(([\d.]+),[^>]*>([^<]*)</g)].map(([, x, text]) => ({
      x: Number(x),
      text,
    }));
    assert.ok(drawn.length > 2);
    for (let i = 1; i < drawn.length; i++) assert.ok(drawn[i].x - drawn[i - 1].x > 7 * drawn[i].text.length);
  });

  it('have labels that differ in the colour bar of a matrix of tiny or huge numbers', async () => {
    for (const m of [new Matrix([tiny]), new Matrix([[16777216, 16777218]])]) {
      const svg = await renderSvg(matrix(m));
      const [group] = svg.match(/<g class="mark-text role-legend-label".*?<\/g>/) ?? [''];
      assertDifferent([...group.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text));
    }
  });

  it('have labels that differ in the live picture of a training', () => {
    const entries = [1, 2, 3].map((step) => ({ loss: 1e-9 * step, epoch: step, step }));
    const losses = { step: [1, 2], loss: [1e-9, 2e-9] };
    const svg = trainingPicture({ losses, entries, run: { maxSteps: 3 } } as unknown as TrainingView)!;
    const [, group] = /<g text-anchor="end">(.*?)<\/g>/.exec(svg)!;
    assertDifferent([...group.matchAll(/>([^<]+)<\/text>/g)].map(([, text]) => text));
  });

  it('belong to curves that keep their shape far from 0', () => {
    const [layer] = curves({ y: far }).layer as { data: { values: { y: number[] }[] } }[];
    assert.deepEqual(layer.data.values[0].y, far);
  });
});
