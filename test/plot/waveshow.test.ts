import assert from 'node:assert/strict';
import { ParameterError, type Spec, waveshow } from 'onpa';
import { assertNear, axis, bins, reference, tickLabels, warnings } from './drawing.js';

function tone(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => 0.6848 * Math.fround(Math.sin(i)));
}

describe('waveshow', () => {
  for (const [length, drawn] of Object.entries<{ xDomain: number[]; xLabels: string[]; yTicks: number[] }>(
    reference.wave,
  )) {
    it(`labels the time axis of ${length} samples as librosa does`, async () => {
      const spec = waveshow({ samples: tone(Number(length)), sampleRate: 22050 });
      // librosa ends at the start of its last bin: a tenth of a pixel.
      assertNear(axis(spec, 'x').domain, drawn.xDomain, 6e-4);
      assert.deepEqual((await tickLabels(spec))[0], drawn.xLabels);
    });
  }

  it('has the amplitude range and ticks of matplotlib', () => {
    const spec = waveshow({ samples: tone(117601), sampleRate: 22050 });
    const { yDomain, yTicks } = reference.wave[117601];
    assertNear(axis(spec, 'y').domain, yDomain, 1e-6);
    assertNear(axis(spec, 'y').ticks, yTicks);
  });

  it('draws ten minutes with two points per pixel and loses no peak', async () => {
    const samples = new Float32Array(600 * 22050);
    samples[7_654_321] = 0.9;
    samples[123_456] = -0.7;
    const drawn = await bins(waveshow({ samples, sampleRate: 22050 }, { mirror: false }));
    assert.ok(drawn.length <= 1600);
    assertNear([Math.max(...drawn.map(({ high }) => high))], [0.9], 1e-4);
    assertNear([Math.min(...drawn.map(({ low }) => low))], [-0.7], 1e-4);
  });

  it('mirrors the largest magnitude as librosa does unless told not to', async () => {
    const samples = new Float32Array(10_000).fill(0.1);
    samples[5000] = -0.5;
    const drawn = await bins(waveshow({ samples, sampleRate: 8000 }));
    assertNear([Math.max(...drawn.map(({ high }) => high))], [0.5]);
    assertNear([Math.min(...drawn.map(({ low }) => low))], [-0.5]);
  });

  it('draws a short waveform sample by sample, as steps', async () => {
    const spec = waveshow({ samples: Float32Array.of(0, 0.5, -0.5), sampleRate: 8000 });
    assertNear(
      (await bins(spec)).map(({ high }) => high),
      [0, 0.5, -0.5],
    );
    assert.equal(((spec.layer as Spec[])[0].mark as Spec).interpolate, 'step-after');
  });

  it('shows the samples themselves when it is enlarged, to four digits of the peak, and no more of them than are seen', async () => {
    const samples = tone(117_601);
    const spec = waveshow({ samples, sampleRate: 22050 });
    assert.deepEqual(new Set((await bins(spec)).map(({ hop }) => hop)), new Set([74]));
    assert.deepEqual(new Set((await bins(spec, [1, 1.5])).map(({ hop }) => hop)), new Set([8]));
    const drawn = await bins(spec, [2, 2.01]);
    assert.ok(drawn.length < 225);
    for (const { time, high, hop } of drawn) {
      assert.equal(hop, 1);
      assert.ok(Math.abs(high - samples[Math.round(time * 22050)]) < 0.6848 * 1.2e-4, `${high} at ${time}`);
    }
  });

  it('keeps a peak at every enlargement', async () => {
    const samples = new Float32Array(200_000);
    samples[123_456] = -0.7;
    const spec = waveshow({ samples, sampleRate: 16000 }, { mirror: false });
    for (const half of [4, 1, 0.1, 0.01, 0.001]) {
      const drawn = await bins(spec, [7.716 - half, 7.716 + half]);
      assertNear([Math.min(...drawn.map(({ low, high, hop }) => (hop === 1 ? high : low)))], [-0.7], 1e-6);
    }
  });

  it('keeps no more than it is told, and says how many samples the finest steps of a long sound join', async () => {
    const long = { samples: tone(30 * 22050), sampleRate: 22050 };
    for (const zoomPoints of [0, 16_000]) {
      const spec = waveshow(long, { zoomPoints });
      assert.deepEqual(warnings(spec), []);
      const size = JSON.stringify(spec).length;
      assert.ok(size < 2 * zoomPoints + 20_000, `${size} bytes`);
      const [{ hop }] = await bins(spec, [10, 10.002]);
      assert.ok(JSON.stringify(spec).includes(`each step: ${hop} samples`));
    }
  });

  it('is valid Vega-Lite that the wheel enlarges along time with Ctrl alone', () => {
    const spec = waveshow({ samples: tone(5000), sampleRate: 8000 }, { title: 'A tone' });
    assert.deepEqual(warnings(spec), []);
    const [{ name, select, bind }] = (spec.layer as { params: Spec[] }[])[0].params;
    assert.deepEqual([name, bind], ['zoom', 'scales']);
    assert.match((select as { zoom: string }).zoom, /^wheel!\[event\.ctrlKey/);
  });

  it('says in words how long it is and where it is loudest', () => {
    const samples = tone(117_601);
    samples[35_280] = -0.9;
    const { description } = waveshow({ samples, sampleRate: 22050 }, { title: 'A tone' });
    assert.equal(description, 'A tone: Waveform, 5.33 s, peak 0.9 at 1.6 s');
  });

  it('draws one sample and silence', async () => {
    await tickLabels(waveshow({ samples: new Float32Array(1), sampleRate: 8000 }));
    await tickLabels(waveshow({ samples: new Float32Array(9000), sampleRate: 8000 }));
  });

  it('names what is wrong with its arguments', () => {
    const fails = (samples: Float32Array, sampleRate: number, options: object, message: RegExp): void =>
      assert.throws(
        () => waveshow({ samples, sampleRate }, options),
        (error) => error instanceof ParameterError && message.test(error.message),
      );
    fails(new Float32Array(0), 8000, {}, /samples is empty/);
    fails(Float32Array.of(0, Number.NaN), 8000, {}, /samples\[1\] is NaN/);
    fails(Float32Array.of(0), 0, {}, /sampleRate is 0/);
    fails(Float32Array.of(0), 8000, { maxPoints: 1e6 }, /maxPoints is 1000000/);
    fails(Float32Array.of(0), 8000, { width: -1 }, /width is -1/);
    fails(Float32Array.of(0), 8000, { zoomPoints: 0.5 }, /zoomPoints is 0.5/);
  });
});
