import assert from 'node:assert/strict';
import fc from 'fast-check';
import { getWindow, ParameterError, type ResampleOptions, resample, rfft } from 'onpa';
import { fixture, relativeError, rms, signal, toDecibels } from '../fixtures.js';

/** −90 dB */
const FLOOR = 10 ** (-90 / 20);

describe('resample', () => {
  const reference = fixture<ResampleOptions>('resample');

  for (const [name, rates] of Object.entries(reference.cases)) {
    it(`${name} Hz differs from soxr_hq by less than −90 dB up to 0.9 of the lower Nyquist frequency`, () => {
      const [x, expected] = ['x', 'y'].map((part) => reference.tensor(`${name}/${part}`, 'F32').data);
      const actual = resample(x, rates);
      assert.equal(actual.length, expected.length);
      const error = relativeError(actual, expected);
      assert.ok(error < FLOOR, `${toDecibels(error)} dB`);
    });
  }

  it('of a second of trumpet to 16,000 Hz differs from soxr_hq by less than −90 dB up to 7,200 Hz', () => {
    const expected = reference.tensor('trumpet at 16000', 'F32').data;
    const actual = resample(signal('trumpet'), { from: 22050, to: 16000 });
    assert.equal(actual.length, expected.length);
    const window = getWindow('hann', expected.length);
    const magnitudes = (x: Float32Array) => {
      const { re, im } = rfft(x.map((value, i) => value * window[i]));
      return re.map((value, k) => Math.hypot(value, im[k])).slice(0, 7200);
    };
    const error = relativeError(magnitudes(actual.map((x, i) => x - expected[i])), new Float64Array(7200), 1);
    const largest = Math.max(...magnitudes(expected));
    assert.ok(error < FLOOR * largest, `${toDecibels(error / largest)} dB`);
  });

  it('gives as many samples as librosa', () => {
    const { data } = reference.tensor('lengths', 'I32');
    for (let i = 0; i < data.length; i += 4) {
      const [from, to, n, expected] = data.subarray(i, i + 4);
      assert.equal(resample(new Float32Array(n), { from, to }).length, expected, `${n} from ${from} to ${to}`);
    }
  });

  /** A tone whose frequency rises steadily from `low` to `high` Hz in two seconds. */
  function sweep(sampleRate: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length: 2 * sampleRate }, (_, i) => {
      const t = i / sampleRate;
      return Math.sin(2 * Math.PI * (low * t + ((high - low) * t * t) / 4));
    });
  }

  for (const [from, to] of [
    [44100, 16000],
    [22050, 16000],
    [48000, 44100],
  ]) {
    it(`${from} to ${to} Hz leaves less than −90 dB of a sweep above the new Nyquist frequency`, () => {
      const y = resample(sweep(from, 0, from / 2), { from, to });
      // The sweep passes `to` / 2 here; 0.05 s later the filter has forgotten what came before.
      const after = Math.ceil(((2 * to) / from + 0.05) * to);
      const end = y.length - Math.ceil(0.05 * to);
      assert.ok(after < end);
      const largest = y.subarray(after, end).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      assert.ok(largest < FLOOR, `${toDecibels(largest)} dB`);
    });
  }

  for (const [from, to] of [
    [16000, 44100],
    [8000, 16000],
    [16000, 22050],
  ]) {
    it(`${from} to ${to} Hz adds less than −90 dB above the old Nyquist frequency`, () => {
      const x = sweep(from, 0, 0.9 * (from / 2));
      const fade = getWindow('hann', x.length);
      const y = resample(
        x.map((value, i) => value * fade[i]),
        { from, to },
      );
      const window = getWindow('blackmanharris', y.length);
      const { re, im } = rfft(y.map((value, i) => value * window[i]));
      const energy = (first: number) => re.slice(first).reduce((sum, r, i) => sum + r * r + im[first + i] ** 2, 0);
      const images = Math.sqrt(energy(Math.ceil(1.02 * from)) / energy(0));
      assert.ok(images < FLOOR, `${toDecibels(images)} dB`);
    });
  }

  it('there and back is the signal again within 0.01 dB, where it lies in the pass band', () => {
    for (const [from, to] of [
      [22050, 16000],
      [44100, 16000],
    ]) {
      const x = reference.tensor(`${from} to ${to}/x`, 'F32').data;
      const back = resample(resample(x, { from, to }), { from: to, to: from });
      assert.ok(relativeError(back.subarray(0, x.length), x) < 1 - 10 ** (-0.01 / 20));
    }
  });

  it('keeps a constant and the loudness of a tone', () => {
    const tone = Float32Array.from({ length: 22050 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / 22050));
    const y = resample(tone, { from: 22050, to: 16000 });
    assert.ok(Math.abs(rms(y.subarray(1000, 15000)) - Math.SQRT1_2) < 1e-3);
    const one = resample(new Float32Array(22050).fill(1), { from: 22050, to: 16000 }).subarray(1000, 15000);
    assert.ok(one.every((value) => Math.abs(value - 1) < FLOOR));
  });

  it('gives ⌈samples · to / from⌉ finite samples for any rates', () => {
    const rates = fc.constantFrom(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000);
    const noise = signal('noise');
    fc.assert(
      fc.property(rates, rates, fc.integer({ min: 0, max: 5000 }), (from, to, n) => {
        const y = resample(noise.subarray(0, n), { from, to });
        assert.equal(y.length, Math.ceil(n * (to / from)));
        assert.ok(y.every(Number.isFinite));
      }),
      { numRuns: 40 },
    );
  });

  it('is linear', () => {
    const [a, b] = [signal('trumpet').subarray(0, 5000), signal('noise')];
    const [one, two, sum] = [a, b, a.map((x, i) => 2 * x + b[i])].map((x) => resample(x, { from: 22050, to: 16000 }));
    assert.ok(
      relativeError(
        one.map((x, i) => 2 * x + two[i]),
        sum,
      ) < 1e-6,
    );
  });

  it('at the same rate gives the same samples', () => {
    assert.deepEqual(resample(signal('noise'), { from: 22050, to: 22050 }), signal('noise'));
  });

  it('refuses rates that are no whole numbers above 0, and samples that are not finite', () => {
    const x = signal('noise');
    for (const rate of [0, -1, 1.5, Number.NaN, Infinity]) {
      assert.throws(() => resample(x, { from: rate, to: 16000 }), { name: 'ParameterError', message: /from is/ });
      assert.throws(() => resample(x, { from: 16000, to: rate }), { name: 'ParameterError', message: /to is/ });
    }
    x[5] = Number.NaN;
    assert.throws(() => resample(x, { from: 22050, to: 16000 }), ParameterError);
  });
});
