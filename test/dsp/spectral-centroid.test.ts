import assert from 'node:assert/strict';
import { FloatMatrix, type SpectralCentroidOptions, type StftOptions, spectralCentroid, stft } from 'onpa';
import { fixture, namedSignal, relativeError } from '../fixtures.js';

interface CentroidCase {
  signal: string;
  options: SpectralCentroidOptions;
  /** How the STFT was made whose magnitudes it is of. */
  stft?: StftOptions;
}

describe('spectralCentroid', () => {
  const reference = fixture<CentroidCase>('spectral-centroid');

  for (const [name, { signal, options, stft: made }] of Object.entries(reference.cases)) {
    it(`${name}, is librosa's`, async () => {
      const samples = await namedSignal(signal);
      const source = made ? stft(samples, made).magnitude() : { samples, sampleRate: 22050 };
      const centroid = spectralCentroid(source, options);
      assert.ok(relativeError(centroid, reference.tensor(name, 'F64').data) < 1e-5);
    });
  }

  it('leaves the spectrogram alone', () => {
    const magnitude = new FloatMatrix(3, 1, Float32Array.of(1, 2, 5));
    spectralCentroid(magnitude);
    assert.deepEqual(magnitude.data, Float32Array.of(1, 2, 5));
  });

  it('names what is wrong', () => {
    const waveform = { samples: new Float32Array(5000), sampleRate: 22050 };
    const wrong: [SpectralCentroidOptions, RegExp][] = [
      [{ nFft: 0 }, /nFft is 0/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ freq: [1, 2] }, /freq has 2 frequencies; give one for each bin, 1025/],
      [{ sampleRate: 16000 }, /sampleRate is 16000, the waveform's 22050/],
      [{ sr: 16000 } as SpectralCentroidOptions, /no option sr.*give sampleRate/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => spectralCentroid(waveform, options), { name: 'ParameterError', message });
    }
    const negative = new FloatMatrix(3, 1, Float32Array.of(1, -2, 5));
    assert.throws(
      () => spectralCentroid(negative),
      /source\[1\] is -2; a spectrogram has finite numbers of at least 0/,
    );
    assert.throws(() => spectralCentroid(waveform.samples as never), /source is .*give \{ samples, sampleRate \}/);
  });
});
