import assert from 'node:assert/strict';
import fc from 'fast-check';
import { quantize } from 'onpa';
import { rms, toDecibels } from '../fixtures.js';

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
});
