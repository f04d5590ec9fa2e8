import assert from 'node:assert/strict';
import { FloatMatrix, type MelToStftOptions, melFilterbank, melToStft } from 'onpa';
import { fixture, relativeError, sampled } from '../fixtures.js';

interface InverseCase {
  options: MelToStftOptions;
  shape: [number, number];
  peak: number;
  norm: number;
  /** ‖mel · S^power − M‖ / ‖M‖ of librosa's answer. */
  residual: number;
  /** How far librosa's own answer moves where its start is rounded otherwise, over its largest magnitude. */
  spread: number;
}

describe('melToStft', () => {
  const reference = fixture<InverseCase>('mel-to-stft');

  const warn = console.warn;
  before(() => {
    // Of bands that hold no bin; the tests of melFilterbank look at that.
    console.warn = () => {};
  });
  after(() => {
    console.warn = warn;
  });

  for (const [name, made] of Object.entries(reference.cases)) {
    const { options, shape, peak, norm, residual, spread } = made;
    it(`${name}: magnitudes are librosa's to 1e-4 (and its own spread), and the bands are met as well`, () => {
      const { shape: bands, data } = reference.tensor(`${name}/mel`, 'F32');
      const mel = new FloatMatrix(bands[0], bands[1], data);
      const magnitude = melToStft(mel, options);
      assert.deepEqual([magnitude.rows, magnitude.columns], shape);
      const [rows, columns] = ['rows', 'columns'].map((part) => reference.tensor(`${name}/${part}`, 'I32').data);
      const expected = reference.tensor(`${name}/values`, 'F32').data;
      assert.ok(relativeError(sampled(magnitude, rows, columns), expected, peak) < 1e-4 + 1.1 * spread);
      const length = Math.sqrt(magnitude.data.reduce((sum, x) => sum + x * x, 0));
      assert.ok(Math.abs(length - norm) <= 1e-3 * norm);
      const { sampleRate = 22050, nFft = 2048, power = 2, ...more } = options;
      const filters = melFilterbank({ ...more, sampleRate, nFft, nMels: bands[0] });
      const back = filters.mmul(
        new FloatMatrix(
          shape[0],
          shape[1],
          magnitude.data.map((x) => x ** power),
        ),
      );
      const error = Math.sqrt(back.to1DArray().reduce((sum, x, i) => sum + (x - data[i]) ** 2, 0));
      const size = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));
      assert.ok(error <= 1.1 * residual * size + 1e-5 * size);
    });
  }

  it('leaves the mel spectrogram alone', () => {
    const mel = new FloatMatrix(40, 2, new Float32Array(80).fill(3));
    melToStft(mel);
    assert.ok(mel.data.every((x) => x === 3));
  });

  it('names what is wrong with an option', () => {
    const mel = new FloatMatrix(40, 2);
    const wrong: [MelToStftOptions, RegExp][] = [
      [{ power: 0 }, /power is 0/],
      [{ sampleRate: -1 }, /sampleRate is -1/],
      [{ nFft: 0 }, /nFft is 0/],
      [{ fMin: 500, fMax: 400 }, /fMax is 400/],
      [{ n_fft: 1024 } as MelToStftOptions, /give nFft/],
      [{ sr: 16000 } as MelToStftOptions, /give sampleRate/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => melToStft(mel, options), { name: 'ParameterError', message });
    }
    mel.data[3] = Infinity;
    assert.throws(() => melToStft(mel), /\[3\] is Infinity/);
  });
});
