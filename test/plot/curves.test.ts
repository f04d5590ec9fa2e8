import assert from 'node:assert/strict';
import {
  type Curve,
  type CurvesOptions,
  curves,
  FloatMatrix,
  hconcat,
  matrix,
  ParameterError,
  renderSvg,
  type Spec,
  specshow,
  vconcat,
  waveshow,
} from 'onpa';
import { CYCLE } from 'onpa/dist/plot/spec.js';
import { assertNear, axis, picture, ramp, reference, rows, tickLabels, warnings } from './drawing.js';

describe('curves', () => {
  const sine = Float64Array.from({ length: 100 }, (_, i) => Math.sin(i / 5));

  it('leaves matplotlib’s margin of 5 % around the points', () => {
    assertNear(axis(curves({ y: [0, 1, 2] }), 'x').domain, [-0.1, 2.1]);
    assertNear(axis(curves({ x: [1, 10, 100], y: [1, 2, 3] }, { xScale: 'log' }), 'x').domain, [10 ** -0.1, 10 ** 2.1]);
  });

  it('draws lines, steps, points and stems together, named in the legend', async () => {
    const marks = ['line', 'step', 'points', 'stems'] as const;
    const spec = curves(marks.map((mark) => ({ y: sine, mark, name: mark, dashed: mark === 'line' })));
    assert.deepEqual(warnings(spec), []);
    await tickLabels(spec);
  });

  it('shows lines as lines and points as dots in one legend', async () => {
    const spec = curves([
      { y: sine, mark: 'points', name: 'measured' },
      { y: sine, name: 'theory', dashed: true },
    ]);
    assert.deepEqual(warnings(spec), []);
    const symbols = /role-legend-symbol.*?<\/g>/g;
    const drawn = [...(await renderSvg(spec)).matchAll(symbols)].map(([symbol]) => / d="([^"]*)"/.exec(symbol)?.[1]);
    assert.equal(drawn.length, 2);
    assert.match(drawn[0] ?? '', /A/);
    assert.match(drawn[1] ?? '', /^M-[\d.]+,0L[\d.]+,0$/);
  });

  it('keeps curves of one name apart, in colour and in the legend, whatever the names look like', async () => {
    for (const names of [
      ['run', 'run'],
      ['1', '01'],
      ['null', 'a name of many letters, as metrics have'],
      ['eval.loss', '[0]'],
    ]) {
      const spec = curves(names.map((name, i) => ({ y: [i, 1], name })));
      assert.deepEqual(warnings(spec), []);
      const svg = await renderSvg(spec);
      const [group] = svg.match(/<g class="mark-text role-legend-label".*?<\/g>.*?(?=<g class="mark-group|$)/) ?? [''];
      assert.deepEqual(
        names.filter((name) => !group.includes(`>${name}</text>`)),
        [],
      );
      const lines = [
        ...svg.matchAll(
          /<path aria-label="[^"]*" role="graphics-symbol" aria-roledescription="line mark"[^>]*stroke="([^"]*)"/g,
        ),
      ];
      assert.deepEqual(new Set(lines.map(([, color]) => color)), new Set(CYCLE.slice(0, 2)));
    }
    const legends = (
      await renderSvg(
        curves([
          { y: [0, 1], name: 'run' },
          { y: [1, 0], name: 'run' },
          { y: [2, 2], name: '' },
        ]),
      )
    ).match(/>run<\/text>/g);
    assert.equal(legends?.length, 2);
  });

  it('reduces a long line to its extremes', () => {
    const y = new Float32Array(1_000_000);
    y[654_321] = 1;
    const [layer] = curves({ y }).layer as { data: { values: { x: number[]; y: number[] }[] } }[];
    const points = layer.data.values[0];
    assert.ok(points.y.length <= 6400);
    assert.equal(points.x[points.y.indexOf(1)], 654_321);
  });

  it('gives two to four lines with names dashes of their own, unless a curve says what it wants', async () => {
    const dashes = async (series: Curve[]): Promise<string[]> => {
      const svg = await renderSvg(curves(series));
      const paths = svg.match(/<path[^>]*aria-roledescription="line mark"[^>]*>/g) ?? [];
      return paths.map((path) => /stroke-dasharray="([^"]*)"/.exec(path)?.[1] ?? '');
    };
    const lines = ['16 bits', '8 bits', '4 bits'].map((name) => ({ y: [0, 1, 0], name }));
    const drawn = await dashes(lines);
    assert.equal(new Set(drawn).size, 3);
    assert.equal(new Set(await dashes([...lines, { ...lines[0], dashed: true }])).size, 2);
    assert.equal(new Set(await dashes([...lines, ...lines])).size, 1);
  });

  it('draws a line as thick as it is told', async () => {
    assert.match(await renderSvg(curves({ y: [0, 1], lineWidth: 5 })), /stroke-width="5"/);
    assert.throws(() => curves({ y: [0, 1], lineWidth: 0 }), ParameterError);
  });

  it('says in words how many there are, their names and their ranges', () => {
    const { description } = curves([{ y: [0, 5], name: 'a' }, { y: [-1, 2] }], { title: 'Two', xTitle: 'Time (s)' });
    assert.equal(description, 'Two: 2 curves: a; Time (s) 0 to 1, y −1 to 5');
  });

  it('labels a log axis of less than a decade', async () => {
    const [, labels] = await tickLabels(curves({ y: [0.02, 0.1, 0.5] }, { yScale: 'log' }));
    assert.deepEqual(labels.filter(Boolean), ['0.02', '0.05', '0.1', '0.2', '0.5']);
  });

  it('names what is wrong with its arguments', () => {
    const fails = (series: Curve[], options: CurvesOptions, message: RegExp): void =>
      assert.throws(
        () => curves(series, options),
        (error) => error instanceof ParameterError && message.test(error.message),
      );
    fails([], {}, /series is empty/);
    fails([{ y: [1] }, { x: [1, 2], y: [1] }], {}, /series\[1\]\.x has 2 values and series\[1\]\.y has 1/);
    fails([{ y: [0, 1] }], { yScale: 'log' }, /y begins at 0/);
    fails([{ y: new Float32Array(6000) }], { mark: 'points' }, /shows at most 5000/);
    fails([{ y: [1, 2] }], { xDomain: [2, 1] }, /xDomain\[0\] is 2/);
  });
});

describe('matrix', () => {
  it('draws row 0 at the top, or at the bottom as in a spectrogram', () => {
    const m = new FloatMatrix(2, 2, Float32Array.of(0, 0, 0, 1));
    assert.equal(picture(matrix(m)).color(1, 1), 'fcfdbf');
    assert.equal(picture(matrix(m, { origin: 'lower' })).color(1, 0), 'fcfdbf');
    assert.deepEqual(axis(matrix(m), 'y').domain, [1.5, -0.5]);
  });

  it("colours numbers of both signs with matplotlib's coolwarm, white at zero", () => {
    const { color } = picture(matrix(ramp(1, 256, -1, 1)));
    for (let x = 0; x < 256; x++) {
      const expected = Buffer.from(reference.coolwarm[Math.min(255, Math.floor((x / 255) * 256))], 'hex');
      const drawn = Buffer.from(color(x, 0), 'hex');
      for (let c = 0; c < 3; c++) assert.ok(Math.abs(drawn[c] - expected[c]) <= 2);
    }
  });

  it('is valid Vega-Lite with ticks at whole rows', () => {
    const spec = matrix(ramp(64, 64));
    assert.deepEqual(warnings(spec), []);
    assertNear(axis(spec, 'x').ticks, [0, 10, 20, 30, 40, 50, 60]);
  });

  it('labels its x axis as a spectrogram of the same frames does where it is time', async () => {
    const [frames, hop] = [266, 0.02];
    const spec = matrix(ramp(8, frames), { xAxis: 'time', xRange: [0, (frames - 1) * hop] });
    const mel = specshow(ramp(40, frames), { yAxis: 'mel', sampleRate: 16000, hopLength: 320 });
    assert.deepEqual(warnings(spec), []);
    assertNear(axis(spec, 'x').domain, axis(mel, 'x').domain);
    assert.deepEqual((await tickLabels(spec))[0], (await tickLabels(mel))[0]);
    assert.throws(() => matrix(ramp(2, 2), { xAxis: 'frames' as 'time' }), /xAxis is 'frames'; give one of time/);
  });

  it('names its rows at the left, from where row 0 lies', async () => {
    const yNames = ['jazz', 'metal', 'pop'];
    const down = async (spec: Spec): Promise<string[]> => {
      const svg = await renderSvg(spec);
      const labels = [...svg.matchAll(/translate\([-\d.]+,([\d.]+)\)"[^>]*>(jazz|metal|pop)</g)];
      return labels.sort((a, b) => Number(a[1]) - Number(b[1])).map(([, , name]) => name);
    };
    const spec = matrix(ramp(3, 8), { yNames });
    assert.deepEqual(warnings(spec), []);
    assert.deepEqual(await down(spec), yNames);
    const lower = matrix(ramp(3, 8), { yNames, yRange: [10, 30], origin: 'lower' });
    assert.deepEqual(axis(lower, 'y').ticks, [10, 20, 30]);
    assert.deepEqual(await down(lower), yNames.toReversed());
    assert.deepEqual(await down(matrix(ramp(1, 8), { yNames: ['pop'] })), ['pop']);
    assert.throws(() => matrix(ramp(3, 8), { yNames: ['jazz'] }), /yNames has 1 entries and m has 3 rows/);
  });

  it('tells under the pointer place and value of the cell, whatever its sign', async () => {
    const m = new FloatMatrix(3, 2, Float32Array.of(-1, 0, 0.5, 1, -0.25, 0.125));
    const spec = matrix(m, { xRange: [0, 10], yRange: [2, 4] });
    const fields = await rows(spec, 'value');
    assert.deepEqual(
      fields.map(({ column, line }) => [column, line]),
      [0, 1, 2].flatMap((row) => [0, 10].map((column) => [column, 2 + row])),
    );
    for (const [i, { value }] of fields.entries()) assert.ok(Math.abs(value - m.data[i]) < 2e-4, `${value}`);
  });

  it('leaves the colour bar to another matrix on request', async () => {
    const svgs = [true, false].map((colorbar) => renderSvg(matrix(ramp(8, 8), { colorbar })));
    const [withBar, without] = (await Promise.all(svgs)).map((svg) => svg.includes('linearGradient'));
    assert.deepEqual([withBar, without], [true, false]);
  });
});

describe('hconcat and vconcat', () => {
  const wave = waveshow({ samples: Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i)), sampleRate: 8000 });

  it('put charts of any kind together', async () => {
    const spec = vconcat([wave, hconcat([wave, matrix(ramp(3, 3), { unit: 'a' }), matrix(ramp(3, 3, -1, 1))])]);
    assert.deepEqual(warnings(spec), []);
    await tickLabels(spec);
  });

  it('state schema and theme once', () => {
    const parts = hconcat([wave, wave]).hconcat as Spec[];
    assert.deepEqual(
      parts.map((part) => [part.$schema, part.config]),
      [
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  it('refuse an empty row', () => assert.throws(() => hconcat([]), ParameterError));
});
