import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ComplexSpectrogram, FloatMatrix, type IstftOptions, istft, load, ParameterError, stft } from 'onpa';
import { audio, fixture, relativeError, signal } from '../fixtures.js';

interface Case {
  rows: number;
  columns: number;
  options: IstftOptions;
}

describe('istft', () => {
  const reference = fixture<Case>('istft');

  /** The first rows and columns of the fixture's random spectrogram. */
  function spectrogram(rows: number, columns: number, nFft?: number): ComplexSpectrogram {
    const [re, im] = ['re', 'im'].map((part) => {
      const { shape, data } = reference.tensor(part, 'F32');
      const corner = new FloatMatrix(rows, columns);
      for (let k = 0; k < rows; k++) corner.data.set(data.subarray(k * shape[1], k * shape[1] + columns), k * columns);
      return corner;
    });
    return ComplexSpectrogram.from(re, im, nFft);
  }

  for (const [name, { rows, columns, options }] of Object.entries(reference.cases)) {
    it(`of a spectrogram that belongs to no signal is librosa's: ${name}`, () => {
      const expected = reference.tensor(name, 'F32').data;
      const actual = istft(spectrogram(rows, columns, options.nFft), options);
      assert.ok(relativeError(actual, expected) < 2e-6);
      // Where the windows only begin, small numbers are divided by small ones: look at the rest by itself.
      const edge = options.center === false ? (options.nFft ?? 256) : 0;
      const inner = [actual, expected].map((x) => x.subarray(edge, x.length - edge)) as [Float32Array, Float32Array];
      assert.ok(relativeError(...inner) < 2e-6);
    });
  }

  it('of the stft is the trumpet again', async () => {
    const { samples } = await load(audio('trumpet.ogg'));
    assert.ok(relativeError(istft(stft(samples), { length: samples.length }), samples) < 2e-6);
  });

  it('takes an odd nFft from the spectrogram', () => {
    const samples = signal('noise');
    const options = { nFft: 401, hopLength: 100 };
    assert.ok(relativeError(istft(stft(samples, options), { hopLength: 100, length: 5000 }), samples) < 2e-6);
  });

  it('undoes stft for any frame, window and hop that overlap', () => {
    const framings = fc
      .record({ nFft: fc.integer({ min: 8, max: 512 }), seed: fc.integer({ min: 1, max: 4000 }) })
      .chain(({ nFft, seed }) =>
        fc.record({
          nFft: fc.constant(nFft),
          winLength: fc.integer({ min: Math.ceil(nFft / 2), max: nFft }),
          share: fc.integer({ min: 2, max: 8 }),
          window: fc.constantFrom('hann' as const, 'hamming' as const, 'blackman' as const),
          padMode: fc.constantFrom('constant' as const, 'reflect' as const, 'edge' as const),
          samples: fc.constant(signal('noise').subarray(seed)),
        }),
      );
    fc.assert(
      fc.property(framings, ({ nFft, winLength, share, window, padMode, samples }) => {
        const options = { nFft, winLength, hopLength: Math.max(1, Math.floor(winLength / (2 * share))), window };
        const back = istft(stft(samples, { ...options, padMode }), { ...options, length: samples.length });
        // The last samples are covered by the last windows' ends alone.
        const whole = samples.length - nFft;
        if (whole > 0) assert.ok(relativeError(back.subarray(0, whole), samples.subarray(0, whole), 1) < 1e-5);
      }),
    );
  });

  it('gives as many samples as asked for, and as many as the frames span by default', () => {
    const x = spectrogram(129, 24);
    for (const length of [1, 100, 1472, 5000]) assert.equal(istft(x, { length }).length, length);
    assert.equal(istft(x).length, 64 * 23);
    assert.equal(istft(x, { center: false }).length, 64 * 23 + 256);
  });

  it('of silence is silence', () => {
    assert.ok(istft(stft(new Float32Array(5000))).every((x) => x === 0));
  });

  it('is linear', () => {
    const x = spectrogram(129, 24);
    const scaled = ComplexSpectrogram.from(
      new FloatMatrix(
        129,
        24,
        x.re.data.map((value) => 3 * value),
      ),
      new FloatMatrix(
        129,
        24,
        x.im.data.map((value) => 3 * value),
      ),
    );
    const expected = istft(x).map((value) => 3 * value);
    assert.ok(relativeError(istft(scaled), expected) < 2e-6);
  });

  it('names what is wrong with an option', () => {
    const x = spectrogram(129, 24);
    const wrong: [IstftOptions, RegExp][] = [
      [{ nFft: 300 }, /nFft is 300.*129/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ winLength: 257 }, /winLength is 257/],
      [{ length: -1 }, /length is -1/],
      [{ length: 1.5 }, /length is 1\.5/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => istft(x, options), { name: 'ParameterError', message });
    }
  });

  it('refuses parts of different shapes', () => {
    assert.throws(() => ComplexSpectrogram.from(new FloatMatrix(3, 2), new FloatMatrix(2, 3)), ParameterError);
  });
});
