import assert from 'node:assert/strict';
import { FloatMatrix, type OnsetStrengthOptions, onsetStrength } from 'onpa';
import { fixture, namedSignal, relativeError } from '../fixtures.js';

interface OnsetCase {
  /** Of a sound; without it, of the decibels in the fixture. */
  signal?: string;
  options: OnsetStrengthOptions & { ref?: 'other' | FloatMatrix };
}

describe('onsetStrength', () => {
  const reference = fixture<OnsetCase>('onset-strength');
  const matrix = (name: string) => new FloatMatrix(10, 40, reference.tensor(name, 'F32').data);

  for (const [name, { signal, options }] of Object.entries(reference.cases)) {
    it(`${name}, is librosa's`, async () => {
      const source = signal ? { samples: await namedSignal(signal), sampleRate: 22050 } : matrix('s');
      const ref = options.ref && matrix('other');
      const strength = onsetStrength(source, { ...options, ref });
      assert.ok(relativeError(strength, reference.tensor(name, 'F32').data) < 1e-4);
    });
  }

  it('of a sound that stays as loud as it is, is zero', () => {
    assert.ok(onsetStrength(new FloatMatrix(3, 20, new Float32Array(60).fill(-30))).every((x) => x === 0));
  });

  it('names what is wrong with an option', () => {
    const wrong: [OnsetStrengthOptions, RegExp][] = [
      [{ lag: 0 }, /lag is 0/],
      [{ maxSize: 1.5 }, /maxSize is 1\.5/],
      [{ aggregate: 'max' as 'mean' }, /aggregate is 'max'; give one of mean, median/],
      [{ ref: new FloatMatrix(10, 39) }, /ref is 10 × 39; give the spectrogram's shape, 10 × 40/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ max_size: 3 } as OnsetStrengthOptions, /give maxSize/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => onsetStrength(matrix('s'), options), { name: 'ParameterError', message });
    }
    assert.throws(() => onsetStrength(new FloatMatrix(1, 2, Float32Array.of(0, Number.NaN))), /source\[1\] is NaN/);
    assert.throws(() => onsetStrength(new Float32Array(9) as never), /give \{ samples, sampleRate \}/);
  });
});
