import assert from 'node:assert/strict';
import { FloatMatrix, Matrix, melFrequencies, ParameterError, renderPng, type Spec, specshow } from 'onpa';
import { inverseSymlog, LOG_SCALE, MEL_SCALE, symlog } from 'onpa/dist/plot/axes/frequency-axis.js';
import { assertNear, axis, decodePng, picture, ramp, reference, rows, tickLabels, warnings } from './drawing.js';

/** A loud row among silence, and `half` rows on both sides: 2 as a Hann window leaves of a sine. */
function line(rows: number, columns: number, row: number, half = 2): FloatMatrix {
  const db = new FloatMatrix(rows, columns, new Float32Array(rows * columns).fill(-80));
  db.data.fill(0, (row - half) * columns, (row + half + 1) * columns);
  return db;
}

/** Height of the brightest pixel of a picture's middle, from the bottom: 0 to 1. */
function brightest(spec: Spec): number {
  const { width, height, color } = picture(spec);
  const rows = Array.from({ length: height }, (_, y) => y).filter((y) => color(width >> 1, y) === 'fcfdbf');
  return 1 - (rows[0] + rows[rows.length - 1] + 1) / 2 / height;
}

describe('specshow', () => {
  const charts: [string, Spec, (hz: number) => number][] = [
    ['hz', specshow(ramp(1025, 230)), (hz) => hz],
    ['log', specshow(ramp(1025, 230), { yAxis: 'log' }), (hz) => symlog(LOG_SCALE, hz)],
    ['mel', specshow(ramp(128, 230), { yAxis: 'mel', fMax: 8000 }), (hz) => symlog(MEL_SCALE, hz)],
    [
      'mel16k',
      specshow(ramp(40, 94), { yAxis: 'mel', sampleRate: 16000, hopLength: 160 }),
      (hz) => symlog(MEL_SCALE, hz),
    ],
  ];
  for (const [name, spec, warp] of charts) {
    it(`has the ranges, ticks and labels of librosa's ${name} axis`, async () => {
      const drawn = reference[name] as Record<'xDomain' | 'yDomain' | 'xTicks' | 'yTicks', number[]>;
      assertNear(axis(spec, 'x').domain, drawn.xDomain);
      assertNear(axis(spec, 'y').domain, drawn.yDomain.map(warp));
      assertNear(axis(spec, 'y').ticks, drawn.yTicks.map(warp));
      const [x, y] = await tickLabels(spec);
      assert.deepEqual(x, reference[name].xLabels);
      assert.deepEqual(y, drawn.yTicks.map(String));
    });

    it(`is valid Vega-Lite on the ${name} axis`, () => assert.deepEqual(warnings(spec), []));
  }

  it("warps frequencies as matplotlib's symlog scale does", () => {
    for (const [scale, drawn] of [
      [MEL_SCALE, reference.symlogMel],
      [LOG_SCALE, reference.symlogLog],
    ] as const) {
      assertNear(
        drawn.hz.map((hz: number) => symlog(scale, hz)),
        drawn.warped,
      );
      assertNear(
        drawn.warped.map((at: number) => inverseSymlog(scale, at)),
        drawn.hz,
      );
    }
  });

  it('draws a partial at its frequency, whatever the axis', () => {
    const hz = (100 * 22050) / 2048;
    assert.ok(Math.abs(brightest(specshow(line(1025, 50, 100))) - hz / 11025) < 2 / 318);
    const { domain } = axis(specshow(line(1025, 50, 100), { yAxis: 'log' }), 'y');
    const expected = (symlog(LOG_SCALE, hz) - domain[0]) / (domain[1] - domain[0]);
    assert.ok(Math.abs(brightest(specshow(line(1025, 50, 100), { yAxis: 'log' })) - expected) < 2 / 318);
    const mel = specshow(line(128, 50, 64), { yAxis: 'mel', fMax: 8000 });
    const range = axis(mel, 'y').domain;
    const center = symlog(MEL_SCALE, melFrequencies(128, { fMax: 8000 })[64]);
    assert.ok(Math.abs(brightest(mel) - (center - range[0]) / (range[1] - range[0])) < 2 / 318);
  });

  it("colours decibels with matplotlib's magma", () => {
    const { width, color } = picture(specshow(ramp(2, 256), { vMin: -80, vMax: 0 }));
    assert.equal(width, 256);
    const drawn = Array.from({ length: 256 }, (_, x) => color(x, 317));
    const expected = Array.from({ length: 256 }, (_, x) => reference.magma[Math.floor((x / 511) * 256)]);
    assert.deepEqual(drawn, expected);
  });

  it('keeps a click in ten minutes and a partial in a very long frame', () => {
    const db = new FloatMatrix(129, 25_840, new Float32Array(129 * 25_840).fill(-80));
    db.data[64 * 25_840 + 12_921] = 0;
    const { width, height, color } = picture(specshow(db));
    assert.ok(width <= 640);
    let found = 0;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) found += Number(color(x, y) === 'fcfdbf');
    assert.ok(found > 0);
    assert.ok(brightest(specshow(line(8193, 10, 4000))) > 0.4);
  });

  it('shows the part of the frequencies that fMin and fMax ask for', () => {
    assertNear(axis(specshow(ramp(1025, 20), { fMin: 100, fMax: 4000 }), 'y').domain, [100, 4000]);
  });

  it('carries the colour scale and its legend in dB, unless told not to', () => {
    const legend = (spec: Spec): unknown =>
      (spec.layer as { encoding: { color?: { title: string; legend: Spec } } }[]).find(({ encoding }) => encoding.color)
        ?.encoding.color;
    const { title, legend: bar } = legend(specshow(ramp(9, 9))) as { title: string; legend: Spec };
    assert.equal(title, 'dB');
    assertNear(bar.values as number[], [-80, -70, -60, -50, -40, -30, -20, -10, 0]);
    assert.equal(legend(specshow(ramp(9, 9), { colorbar: false })), undefined);
  });

  it('tells under the pointer where the loudest cell nearby is', async () => {
    const fields = await rows(specshow(line(1025, 230, 58, 0)), 'value');
    assert.equal(fields.length, 32 * 32);
    const loudest = fields.find(({ value }) => value === 0)!;
    assert.equal(loudest.line, Math.round((58 * 22050) / 2048));
    assert.ok(fields.every(({ value }) => value === 0 || value === -80));
  });

  it('is drawn in the same colours in the PNG for GitHub', async () => {
    const spec = specshow(line(2, 4, 1, 0), { tooltip: false, colorbar: false, width: 100, height: 100 });
    const { width, height, color } = decodePng(await renderPng(spec));
    const seen = new Set(Array.from({ length: height }, (_, y) => color(width - 40, y)));
    assert.ok(seen.has('000004') && seen.has('fcfdbf'), [...seen].join(' '));
  });

  it('takes silence, a single frame and a single row of mel bands', async () => {
    const silence = new FloatMatrix(1025, 1);
    assert.deepEqual(warnings(specshow(silence)), []);
    await tickLabels(specshow(silence, { yAxis: 'log' }));
    await tickLabels(specshow(new FloatMatrix(1, 5), { yAxis: 'mel' }));
  });

  it('names what is wrong with its arguments', () => {
    const fails = (db: Matrix | FloatMatrix, options: object, message: RegExp): void =>
      assert.throws(
        () => specshow(db, options),
        (error) => error instanceof ParameterError && message.test(error.message),
      );
    fails(new Matrix(0, 0), {}, /db is empty \(0 × 0\)/);
    fails(new FloatMatrix(2, 2, Float32Array.of(0, 0, 0, Number.NaN)), {}, /db has NaN at row 1, column 1/);
    fails(ramp(1025, 2), { fMin: 5000, fMax: 4000 }, /fMin is 5000 and fMax is 4000/);
    fails(ramp(1025, 2), { yAxis: 'chroma' }, /yAxis is 'chroma'.*hz, linear, log, mel/);
    fails(ramp(1025, 2), { vMin: 0, vMax: 0 }, /vMin is 0 and vMax is 0/);
    fails(ramp(1025, 2), { nFft: 512 }, /nFft is 512, which makes 257 rows, but db has 1025/);
    fails(ramp(1025, 2), { hopLength: 0 }, /hopLength is 0/);
    fails(ramp(1025, 2), { colormap: 'jet' }, /colormap is 'jet'/);
  });
});
