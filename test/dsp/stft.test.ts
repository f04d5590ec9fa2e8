import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FloatMatrix, ParameterError, type StftOptions, stft } from 'onpa';
import { fixture, namedSignal, relativeError, sampled, signal } from '../fixtures.js';

interface Case {
  signal: string;
  options: StftOptions;
  window?: string;
  shape: [number, number];
  peak: number;
  norm: number;
}

/** Frames that no padding touches, of hop and window lengths that need not fit each other. */
const framings = fc.record({
  nFft: fc.integer({ min: 2, max: 300 }),
  hopLength: fc.integer({ min: 1, max: 100 }),
  samples: fc.float32Array({ min: -1, max: 1, noNaN: true, minLength: 401, maxLength: 900 }),
});

describe('stft', () => {
  const reference = fixture<Case>('stft');

  for (const [name, { options, window, shape, peak, norm, signal: source }] of Object.entries(reference.cases)) {
    it(`of ${name} is librosa's`, async () => {
      const numbers = window && reference.tensor(window, 'F64').data;
      const spectrogram = stft(await namedSignal(source), numbers ? { ...options, window: numbers } : options);
      assert.deepEqual([spectrogram.rows, spectrogram.columns], shape);
      const [rows, columns] = ['rows', 'columns'].map((part) => reference.tensor(`${name}/${part}`, 'I32').data);
      for (const part of ['re', 'im'] as const) {
        const expected = reference.tensor(`${name}/${part}`, 'F32').data;
        assert.ok(relativeError(sampled(spectrogram[part], rows, columns), expected, peak) < 2e-6, part);
      }
      // What the fixture left out is held by the norm of the whole.
      const power = spectrogram.power().data.reduce((sum, value) => sum + value, 0);
      assert.ok(Math.abs(Math.sqrt(power) - norm) <= 1e-5 * norm);
    });
  }

  it('gives magnitude, power and phase of the same numbers', () => {
    const spectrogram = stft(signal('noise'), { nFft: 100 });
    const [re, im] = [spectrogram.re.data, spectrogram.im.data];
    const expect = (f: (re: number, im: number) => number) => re.map((value, i) => f(value, im[i]));
    assert.ok(relativeError(spectrogram.magnitude().data, expect(Math.hypot)) < 1e-6);
    assert.ok(
      relativeError(
        spectrogram.power().data,
        expect((a, b) => a * a + b * b),
      ) < 1e-6,
    );
    assert.ok(
      relativeError(
        spectrogram.phase().data,
        expect((a, b) => Math.atan2(b, a)),
      ) < 1e-6,
    );
    assert.ok(spectrogram.magnitude() instanceof FloatMatrix);
  });

  it('of silence is zero with phase zero, never NaN', () => {
    const silence = stft(new Float32Array(3000));
    for (const matrix of [silence.re, silence.im, silence.magnitude(), silence.power()]) {
      assert.ok(matrix.data.every((value) => value === 0));
    }
    assert.ok(silence.phase().data.every((value) => Number.isFinite(value)));
  });

  it('of a signal delayed by a hop is the spectrogram delayed by a frame', () => {
    fc.assert(
      fc.property(framings, ({ nFft, hopLength, samples }) => {
        const options = { nFft, hopLength, center: false };
        const [late, early] = [samples, samples.subarray(hopLength)].map((x) => stft(x, options));
        for (let k = 0; k < late.rows; k++) {
          const row = late.re.data.subarray(k * late.columns + 1, (k + 1) * late.columns);
          const same = early.re.data.subarray(k * early.columns, k * early.columns + row.length);
          assert.ok(relativeError(same, row, nFft) < 1e-6);
        }
      }),
    );
  });

  it('is linear', () => {
    fc.assert(
      fc.property(framings, fc.float({ min: -4, max: 4, noNaN: true }), ({ nFft, hopLength, samples }, a) => {
        const other = samples.map((_, i) => Math.sin(i * i));
        const [sum, one, two] = [samples.map((x, i) => a * x + other[i]), samples, other].map(
          (x) => stft(x, { nFft, hopLength }).im.data,
        );
        assert.ok(
          relativeError(
            sum,
            one.map((value, i) => a * value + two[i]),
            5 * nFft,
          ) < 1e-6,
        );
      }),
    );
  });

  it('keeps the energy of each frame (Parseval)', () => {
    fc.assert(
      fc.property(framings, ({ nFft, hopLength, samples }) => {
        const power = stft(samples, { nFft, hopLength, window: 'boxcar', center: false }).power();
        for (let t = 0; t < power.columns; t++) {
          const frame = samples.subarray(t * hopLength, t * hopLength + nFft);
          const inTime = frame.reduce((sum, x) => sum + x * x, 0);
          let inFrequency = 0;
          for (let k = 0; k < power.rows; k++) {
            inFrequency += (k === 0 || 2 * k === nFft ? 1 : 2) * power.data[k * power.columns + t];
          }
          assert.ok(Math.abs(inFrequency / nFft - inTime) < 1e-5 * nFft);
        }
      }),
    );
  });

  it('leaves the signal alone', () => {
    const samples = signal('noise');
    stft(samples);
    assert.deepEqual(samples, signal('noise'));
  });

  it('names what is wrong with an option', () => {
    const samples = signal('noise');
    const wrong: [StftOptions, RegExp][] = [
      [{ nFft: 0 }, /nFft is 0/],
      [{ nFft: 2.5 }, /nFft is 2\.5/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ hopLength: -3 }, /hopLength is -3/],
      [{ winLength: 4096 }, /winLength is 4096/],
      [{ winLength: 0 }, /winLength is 0/],
      [{ window: 'nonesuch' as 'hann' }, /nonesuch/],
      [{ window: new Float32Array(7) }, /window/],
      [{ padMode: 'wrap' as 'edge' }, /padMode is 'wrap'/],
      [{ nFft: 8192, center: false }, /nFft is 8192.*5000/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => stft(samples, options), { name: 'ParameterError', message });
    }
  });

  it('refuses a signal that is not finite, and names the sample', () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const samples = signal('noise');
      samples[1234] = bad;
      assert.throws(() => stft(samples), { name: 'ParameterError', message: /1234/ });
    }
  });

  it('refuses an empty signal where its ends are to be reflected or repeated', () => {
    for (const padMode of ['reflect', 'edge'] as const) {
      assert.throws(() => stft(new Float32Array(0), { padMode }), ParameterError);
    }
  });
});
