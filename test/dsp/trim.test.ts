import assert from 'node:assert/strict';
import { type TrimOptions, trim } from 'onpa';
import { fixture } from '../fixtures.js';

interface TrimCase {
  length: number;
  options: TrimOptions;
  index: [number, number];
}

describe('trim', () => {
  const reference = fixture<TrimCase>('trim');
  const faded = reference.tensor('faded', 'F32').data;

  for (const [name, { length, options, index }] of Object.entries(reference.cases)) {
    it(`${name}: cuts where librosa does`, () => {
      const from = name === 'one sample' ? 10000 : 0;
      const samples = name.startsWith('silence') ? new Float32Array(length) : faded.subarray(from, from + length);
      const trimmed = trim(samples, options);
      assert.deepEqual(trimmed.index, index);
      assert.deepEqual(trimmed.samples, samples.subarray(...index));
    });
  }

  it('names what is wrong with an option', () => {
    const wrong: [TrimOptions, RegExp][] = [
      [{ topDb: Number.NaN }, /topDb is NaN/],
      [{ ref: Number.NaN }, /ref is NaN/],
      [{ frameLength: 0 }, /frameLength is 0/],
      [{ hopLength: 0 }, /hopLength is 0/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => trim(new Float32Array(5000), options), { name: 'ParameterError', message });
    }
  });
});
