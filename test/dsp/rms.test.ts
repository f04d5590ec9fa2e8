import assert from 'node:assert/strict';
import { FloatMatrix, ParameterError, type RmsOptions, rms, stft } from 'onpa';
import { fixture, namedSignal, relativeError, signal } from '../fixtures.js';

interface RmsCase {
  signal: string;
  options?: RmsOptions;
  /** The frame of the STFT whose magnitudes it is of. */
  stft?: number;
}

describe('rms', () => {
  const reference = fixture<RmsCase>('rms');

  for (const [name, { signal: source, options, stft: nFft }] of Object.entries(reference.cases)) {
    it(`${name}, is librosa's`, async () => {
      const samples = await namedSignal(source);
      const levels = nFft
        ? rms(stft(samples, { nFft, hopLength: nFft }).magnitude(), { frameLength: nFft })
        : rms(samples, options);
      assert.ok(relativeError(levels, reference.tensor(name, 'F32').data) < 1e-5);
    });
  }

  it('of twice the amplitude is twice as large', () => {
    const levels = rms(signal('noise'));
    const doubled = rms(signal('noise').map((x) => 2 * x));
    assert.ok(
      relativeError(
        doubled,
        levels.map((level) => 2 * level),
      ) < 1e-6,
    );
  });

  it('names what is wrong with an option', () => {
    const samples = new Float32Array(1000);
    const wrong: [RmsOptions, RegExp][] = [
      [{ frameLength: 0 }, /frameLength is 0/],
      [{ hopLength: 1.5 }, /hopLength is 1\.5/],
      [{ padMode: 'wrap' as 'edge' }, /padMode is 'wrap'/],
      [{ center: false }, /frameLength is 2048 and the signal has 1000 samples; give a frameLength of at most 1000/],
      [{ frame_length: 400 } as RmsOptions, /no option frame_length.*give frameLength/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => rms(samples, options), { name: 'ParameterError', message });
    }
    const magnitude = new FloatMatrix(129, 3);
    assert.throws(() => rms(magnitude), /frameLength is 2048 and the spectrogram has 129 rows; give 256 or 257/);
    magnitude.data[5] = Number.NaN;
    assert.throws(() => rms(magnitude, { frameLength: 256 }), /source\[5\] is NaN/);
    assert.throws(() => rms(Float32Array.of(0, Number.NaN)), /samples\[1\] is NaN/);
    assert.throws(() => rms([1, 2] as never), ParameterError);
    assert.throws(() => rms(new Float32Array(0), { padMode: 'edge' }), /has 0 samples; give at least one/);
  });
});
