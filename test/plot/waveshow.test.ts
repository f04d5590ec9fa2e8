import assert from 'node:assert/strict';
import { ParameterError, type Spec, waveshow } from 'onpa';
import { assertNear, axis, reference, tickLabels, warnings } from './drawing.js';

function tone(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => 0.6848 * Math.fround(Math.sin(i)));
}

function points(spec: Spec): { low: number[]; high: number[] } {
  return (spec.data as { values: { low: number[]; high: number[] }[] }).values[0];
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

  it('draws ten minutes with two points per pixel and loses no peak', () => {
    const samples = new Float32Array(600 * 22050);
    samples[7_654_321] = 0.9;
    samples[123_456] = -0.7;
    const { low, high } = points(waveshow({ samples, sampleRate: 22050 }, { mirror: false }));
    assert.ok(low.length <= 1600);
    assert.equal(Math.max(...high), 0.9);
    assert.equal(Math.min(...low), -0.7);
  });

  it('mirrors the largest magnitude as librosa does unless told not to', () => {
    const samples = new Float32Array(10_000).fill(0.1);
    samples[5000] = -0.5;
    const { low, high } = points(waveshow({ samples, sampleRate: 8000 }));
    assert.equal(Math.max(...high), 0.5);
    assert.equal(Math.min(...low), -0.5);
  });

  it('draws a short waveform sample by sample, as steps', () => {
    const spec = waveshow({ samples: Float32Array.of(0, 0.5, -0.5), sampleRate: 8000 });
    assert.deepEqual(points(spec).low, [0, 0.5, -0.5]);
    assert.equal((spec.mark as Spec).interpolate, 'step-after');
  });

  it('is valid Vega-Lite that can be zoomed along time', () => {
    const spec = waveshow({ samples: tone(5000), sampleRate: 8000 }, { title: 'A tone' });
    assert.deepEqual(warnings(spec), []);
    assert.deepEqual(spec.params, [{ name: 'zoom', select: { type: 'interval', encodings: ['x'] }, bind: 'scales' }]);
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
  });
});
