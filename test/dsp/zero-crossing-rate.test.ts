import assert from 'node:assert/strict';
import { type ZeroCrossingRateOptions, zeroCrossingRate } from 'onpa';
import { fixture, namedSignal, relativeError } from '../fixtures.js';

describe('zeroCrossingRate', () => {
  const reference = fixture<{ signal: string; options: ZeroCrossingRateOptions }>('zero-crossing-rate');

  for (const [name, { signal, options }] of Object.entries(reference.cases)) {
    it(`${name}, is librosa's`, async () => {
      const rates = zeroCrossingRate(await namedSignal(signal), options);
      assert.ok(relativeError(rates, reference.tensor(name, 'F64').data) < 1e-14);
    });
  }

  it('of a tone is twice its frequency over the sampling rate', () => {
    const tone = Float32Array.from({ length: 8000 }, (_, n) => Math.sin((2 * Math.PI * 250 * (n + 0.5)) / 8000));
    assert.equal(zeroCrossingRate(tone, { frameLength: 1600, center: false })[0], (2 * 250) / 8000 - 1 / 1600);
  });

  it('names what is wrong with an option', () => {
    const wrong: [ZeroCrossingRateOptions, RegExp][] = [
      [{ frameLength: 0 }, /frameLength is 0/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ threshold: -1 }, /threshold is -1/],
      [{ center: false }, /frameLength is 2048 and the signal has 1000 samples/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => zeroCrossingRate(new Float32Array(1000), options), { name: 'ParameterError', message });
    }
    assert.throws(() => zeroCrossingRate(new Float32Array(0)), /has 0 samples; give at least one/);
  });
});
