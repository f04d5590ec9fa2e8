import assert from 'node:assert/strict';
import fc from 'fast-check';
import { quantize } from 'onpa';
import { fixture, rms, toDecibels } from '../fixtures.js';

const samples = fc.float32Array({ min: -1, max: 1, noNaN: true, minLength: 1, maxLength: 200 });

describe('quantize', () => {
  it('quantizing again changes nothing', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 24 }), (x, bits) => {
        const once = quantize(x, bits);
        assert.deepEqual(quantize(once, bits), once);
      }),
    );
  });

  it('moves a sample by at most half a step, except where it clips', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 24 }), (x, bits) => {
        const step = 2 ** (1 - bits);
        quantize(x, bits).forEach((value, i) => {
          assert.ok(Math.abs(value - Math.min(x[i], 1 - step)) <= step / 2);
        });
      }),
    );
  });

  it('knows no more than 2^bits levels', () => {
    const ramp = Float32Array.from({ length: 10001 }, (_, i) => i / 5000 - 1);
    for (const bits of [1, 2, 4, 8]) assert.equal(new Set(quantize(ramp, bits)).size, 2 ** bits);
  });

  it('each bit brings 6 dB', () => {
    const tone = Float32Array.from({ length: 50000 }, (_, i) => 0.8 * Math.sin(i * 0.1234567));
    const ratio = (bits: number) => {
      const rounded = quantize(tone, bits);
      return toDecibels(rms(tone) / rms(rounded.map((x, i) => x - tone[i])));
    };
    for (const bits of [4, 8, 12]) assert.ok(Math.abs(ratio(bits + 1) - ratio(bits) - 6.02) < 0.5, `${bits} bits`);
    assert.ok(Math.abs(ratio(16) - (6.02 * 16 + 1.76 + toDecibels(0.8))) < 0.5);
  });

  it('clips what is beyond ±1', () => {
    assert.deepEqual(quantize(Float32Array.of(-7, 7), 2), Float32Array.of(-1, 0.5));
  });

  it('leaves its input alone', () => {
    const x = Float32Array.of(0.3);
    quantize(x, 2);
    assert.deepEqual(x, Float32Array.of(0.3));
  });

  it('refuses a number of bits that is not whole, or out of range', () => {
    for (const bits of [0, -1, 2.5, 25, Number.NaN]) {
      assert.throws(() => quantize(Float32Array.of(0), bits), { name: 'ParameterError', message: /bits is/ });
    }
  });

  it('with triangular dither gives what NumPy gives with the noise of the same seed', () => {
    const { cases, tensor } = fixture<{ bits: number; seed: number }>('quantize');
    const x = tensor('samples', 'F32').data;
    for (const [name, { bits, seed }] of Object.entries(cases)) {
      assert.deepEqual(quantize(x, bits, { dither: 'triangular', seed }), tensor(name, 'F32').data, name);
    }
  });

  it('with dither keeps what is smaller than a step, and the same hiss whatever the signal', () => {
    const bits = 8;
    const step = 2 ** (1 - bits);
    const mean = (x: Float32Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
    for (const [seed, level] of [0, 0.1, 0.25, 0.5, 0.9].entries()) {
      const steady = new Float32Array(200_000).fill(level * step);
      const dithered = quantize(steady, bits, { dither: 'triangular', seed });
      assert.ok(Math.abs(mean(dithered) / step - level) < 0.01, `mean at ${level} of a step`);
      // One step² / 12 of rounding and two of noise.
      const power = mean(dithered.map((x) => (x / step - level) ** 2));
      assert.ok(Math.abs(power - 3 / 12) < 0.01, `power at ${level} of a step: ${power}`);
    }
  });

  it('draws other noise each time unless it has a seed', () => {
    const quiet = new Float32Array(1000).fill(0.01);
    const drawn = (seed?: number) => quantize(quiet, 4, { dither: 'triangular', seed });
    assert.deepEqual(drawn(3), drawn(3));
    assert.notDeepEqual(drawn(), drawn());
    assert.deepEqual(quantize(quiet, 4, { dither: null }), quantize(quiet, 4));
  });

  it('refuses a dither that it does not know, and a seed that is not whole', () => {
    const bad: [object, RegExp][] = [
      [{ dither: 'uniform' }, /dither is 'uniform'/],
      [{ dither: 'triangular', seed: -1 }, /seed is -1/],
    ];
    for (const [options, message] of bad) {
      assert.throws(() => quantize(Float32Array.of(0), 4, options), { name: 'ParameterError', message });
    }
  });
});
