import assert from 'node:assert/strict';
import { FloatMatrix, type MelToAudioOptions, melSpectrogram, melToAudio } from 'onpa';
import { fixture, relativeError, signal } from '../fixtures.js';

describe('melToAudio', () => {
  const reference = fixture<{ options: MelToAudioOptions }>('mel-to-audio');

  for (const [name, { options }] of Object.entries(reference.cases)) {
    it(`${name}: the samples are librosa's with the same phases`, () => {
      const { shape, data } = reference.tensor(`${name}/mel`, 'F32');
      const samples = melToAudio(new FloatMatrix(shape[0], shape[1], data), { ...options, seed: 0 });
      assert.ok(relativeError(samples, reference.tensor(name, 'F32').data) < 1e-3);
    });
  }

  it('gives a sound whose mel spectrogram is near the one asked for', () => {
    const options = { nFft: 1024, hopLength: 256, nMels: 80 };
    const mel = melSpectrogram({ samples: signal('trumpet'), sampleRate: 22050 }, options);
    const { nMels: _, ...inverse } = options;
    const back = melSpectrogram({ samples: melToAudio(mel, { ...inverse, seed: 0 }), sampleRate: 22050 }, options);
    const error = mel.data.reduce((sum, x, i) => sum + (x - back.data[i]) ** 2, 0);
    assert.ok(Math.sqrt(error / mel.data.reduce((sum, x) => sum + x * x, 0)) < 0.3);
  });

  it('names what is wrong with an option, before the work', () => {
    const mel = new FloatMatrix(40, 3);
    const wrong: [MelToAudioOptions, RegExp][] = [
      [{ nFft: 0 }, /nFft is 0/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ power: -1 }, /power is -1/],
      [{ nIter: -1 }, /nIter is -1/],
      [{ seed: 0.5 }, /seed is 0\.5/],
      [{ n_iter: 3 } as MelToAudioOptions, /give nIter/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => melToAudio(mel, options), { name: 'ParameterError', message });
    }
  });
});
