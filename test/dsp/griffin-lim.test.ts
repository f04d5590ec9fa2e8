import assert from 'node:assert/strict';
import { FloatMatrix, type GriffinLimOptions, griffinLim, load, ParameterError, stft } from 'onpa';
import { audio, fixture, relativeError } from '../fixtures.js';

/** How far the magnitudes of `samples` are from those asked for, ‖|STFT| − S‖ / ‖S‖. */
function convergence(samples: Float32Array, magnitude: FloatMatrix): number {
  const got = stft(samples).magnitude().data;
  const error = got.reduce((sum, value, i) => sum + (value - magnitude.data[i]) ** 2, 0);
  return Math.sqrt(error / magnitude.data.reduce((sum, value) => sum + value * value, 0));
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('griffinLim', () => {
  const reference = fixture<{ options: GriffinLimOptions }>('griffin-lim');
  const { shape, data } = reference.tensor('magnitude', 'F32');
  const small = new FloatMatrix(shape[0], shape[1], data);

  for (const [name, { options }] of Object.entries(reference.cases)) {
    it(`after ${name} gives librosa's samples`, () => {
      const expected = reference.tensor(name, 'F32').data;
      assert.ok(relativeError(griffinLim(small, options), expected) < 1e-4);
    });
  }

  it('comes within 5 % of librosa’s spectral convergence on the trumpet, mean over five seeds', async () => {
    const { samples } = await load(audio('trumpet.ogg'));
    const magnitude = stft(samples).magnitude();
    const rates = [0, 1, 2, 3, 4].map((seed) => convergence(griffinLim(magnitude, { seed }), magnitude));
    const expected = mean(reference.tensor('trumpet', 'F64').data);
    assert.ok(mean(rates) <= 1.05 * expected, `${mean(rates)} against librosa's ${expected}`);
  });

  it('comes nearer with each iteration', async () => {
    const { samples } = await load(audio('trumpet.ogg'), { duration: 1 });
    const magnitude = stft(samples).magnitude();
    const rates = [0, 2, 8, 32].map((nIter) => convergence(griffinLim(magnitude, { nIter, seed: 0 }), magnitude));
    assert.deepEqual(
      rates,
      [...rates].sort((a, b) => b - a),
    );
  });

  it('gives the same samples for the same seed, and others for another', () => {
    const run = (seed: number) => griffinLim(small, { hopLength: 64, nIter: 2, seed });
    assert.deepEqual(run(7), run(7));
    assert.notDeepEqual(run(7), run(8));
  });

  it('gives as many samples as the frames span, or as asked for', () => {
    const options = { hopLength: 64, nIter: 1, seed: 0 };
    assert.equal(griffinLim(small, options).length, 64 * (small.columns - 1));
    assert.equal(griffinLim(small, { ...options, length: 2000 }).length, 2000);
  });

  it('of silence is silence', () => {
    assert.ok(griffinLim(new FloatMatrix(129, 10), { nIter: 3, seed: 0 }).every((x) => x === 0));
  });

  it('leaves the magnitudes alone', () => {
    const before = small.data.slice();
    griffinLim(small, { nIter: 1, hopLength: 64, seed: 0 });
    assert.deepEqual(small.data, before);
  });

  it('names what is wrong with an option', () => {
    const wrong: [GriffinLimOptions, RegExp][] = [
      [{ nIter: -1 }, /nIter is -1/],
      [{ nIter: 1.5 }, /nIter is 1\.5/],
      [{ momentum: -0.1 }, /momentum is -0\.1/],
      [{ momentum: Number.NaN }, /momentum is NaN/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ nFft: 300 }, /nFft is 300/],
      [{ init: 'zero' as 'random' }, /init is 'zero'/],
      [{ length: 50, hopLength: 64 }, /length is 50/],
      [{ seed: -1 }, /seed is -1/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => griffinLim(small, options), { name: 'ParameterError', message });
    }
  });

  it('refuses magnitudes that are not finite', () => {
    const magnitude = new FloatMatrix(129, 10);
    magnitude.data[77] = Number.NaN;
    assert.throws(() => griffinLim(magnitude), ParameterError);
  });
});
