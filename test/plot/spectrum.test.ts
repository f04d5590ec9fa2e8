import assert from 'node:assert/strict';
import { fftFrequencies, ParameterError, type Spec, spectrum } from 'onpa';
import { assertNear, axis, reference, tickLabels, warnings } from './drawing.js';

const frequencies = fftFrequencies({ sampleRate: 22050, nFft: 4096 });
const levels = Float32Array.from(frequencies, (_, i) => -80 + (80 * i) / 2048);

function points(spec: Spec): { hz: number[]; db: number[] } {
  return (spec.data as { values: { hz: number[]; db: number[] }[] }).values[0];
}

describe('spectrum', () => {
  it('has the ranges and labels of matplotlib on a log axis', async () => {
    const spec = spectrum(frequencies, levels);
    assertNear(axis(spec, 'x').domain, reference.spectrum.xDomain);
    assertNear(axis(spec, 'y').domain, reference.spectrum.yDomain);
    assertNear(axis(spec, 'y').ticks, reference.spectrum.yTicks);
    assert.deepEqual((await tickLabels(spec))[0].filter(Boolean), ['10¹', '10²', '10³', '10⁴']);
  });

  it('draws the level at 0 Hz at the left end of a log axis, and at 0 on a linear one', () => {
    const left = axis(spectrum(frequencies, levels), 'x').domain[0];
    assertNear([points(spectrum(frequencies, levels)).hz[0]], [left], 1e-5);
    assert.equal(points(spectrum(frequencies, levels, { xScale: 'linear' })).hz[0], 0);
  });

  it('keeps the peaks of a spectrum with more bins than pixels', () => {
    const many = Float64Array.from({ length: 60_000 }, (_, i) => i / 6);
    const db = new Float64Array(60_000).fill(-80).map((level, i) => level + (i % 7));
    db[43_210] = 0;
    const { hz, db: kept } = points(spectrum(many, db));
    assert.ok(hz.length <= 4 * 2 * 800);
    assert.equal(hz[kept.indexOf(0)], 7201.67);
  });

  it('is valid Vega-Lite', () => {
    assert.deepEqual(warnings(spectrum(frequencies, levels)), []);
    assert.deepEqual(warnings(spectrum(frequencies, levels, { xScale: 'linear', title: 'A' })), []);
  });

  it('names what is wrong with its arguments', () => {
    const fails = (hz: number[], db: number[], message: RegExp): void =>
      assert.throws(
        () => spectrum(hz, db),
        (error) => error instanceof ParameterError && message.test(error.message),
      );
    fails([1, 2, 3], [0, 0], /frequencies has 3 values and db has 2/);
    fails([], [], /frequencies is empty/);
    fails([1, 2], [0, Number.NEGATIVE_INFINITY], /db\[1\] is -Infinity/);
    fails([2, 1], [0, 0], /frequencies\[1\] is 1, not above/);
    fails([0], [0], /frequencies begin at 0 Hz/);
  });
});
