import assert from 'node:assert/strict';
import { deemphasis, type EmphasisOptions, preemphasis } from 'onpa';
import { fixture, relativeError, signal } from '../fixtures.js';

describe('preemphasis and deemphasis', () => {
  const reference = fixture<{ length: number; options: EmphasisOptions }>('emphasis');

  for (const [name, { length, options }] of Object.entries(reference.cases)) {
    it(`${name}, are librosa's`, () => {
      const samples = signal('noise').subarray(0, length);
      assert.ok(relativeError(preemphasis(samples, options), reference.tensor(`${name}/pre`, 'F32').data) < 1e-6);
      assert.ok(relativeError(deemphasis(samples, options), reference.tensor(`${name}/de`, 'F32').data) < 1e-6);
    });
  }

  it('one takes back what the other did', () => {
    const samples = signal('trumpet');
    assert.ok(relativeError(deemphasis(preemphasis(samples)), samples) < 1e-5);
  });

  it('name what is wrong', () => {
    for (const filter of [preemphasis, deemphasis]) {
      assert.throws(() => filter(Float32Array.of(1)), /samples has 1; give two or more, or zi/);
      assert.throws(() => filter(new Float32Array(9), { coef: 1.1 }), /coef is 1\.1/);
      assert.throws(() => filter(new Float32Array(9), { zi: Number.NaN }), /zi is NaN/);
      assert.throws(() => filter(Float32Array.of(1, Number.NaN)), /samples\[1\] is NaN/);
    }
  });
});
