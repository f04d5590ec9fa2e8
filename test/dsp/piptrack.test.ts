import assert from 'node:assert/strict';
import { FloatMatrix, type PiptrackOptions, piptrack } from 'onpa';
import { fixture, namedSignal, relativeError } from '../fixtures.js';

interface PiptrackCase {
  signal: string;
  options: PiptrackOptions;
  shape: [number, number];
}

describe('piptrack', () => {
  const reference = fixture<PiptrackCase>('piptrack');

  for (const [name, { signal, options, shape }] of Object.entries(reference.cases)) {
    it(`${name}: pitches and magnitudes are librosa's`, async () => {
      const found = piptrack({ samples: await namedSignal(signal), sampleRate: 22050 }, options);
      for (const part of ['pitches', 'magnitudes'] as const) {
        assert.deepEqual([found[part].rows, found[part].columns], shape);
        const expected = new Float32Array(shape[0] * shape[1]);
        const values = reference.tensor(`${name}/${part}/value`, 'F32').data;
        reference.tensor(`${name}/${part}/index`, 'I32').data.forEach((index, i) => {
          expected[index] = values[i];
        });
        assert.ok(relativeError(found[part].data, expected) < 1e-5);
      }
    });
  }

  it('names what is wrong', () => {
    const wrong: [PiptrackOptions, RegExp][] = [
      [{ fMin: Number.NaN }, /fMin is NaN/],
      [{ fMax: Infinity }, /fMax is Infinity/],
      [{ threshold: -1 }, /threshold is -1/],
      [{ ref: Number.NaN }, /ref is NaN/],
      [{ fmin: 9 } as PiptrackOptions, /give fMin/],
    ];
    const magnitude = new FloatMatrix(9, 3);
    for (const [options, message] of wrong) {
      assert.throws(() => piptrack(magnitude, options), { name: 'ParameterError', message });
    }
    magnitude.data[4] = -1;
    assert.throws(() => piptrack(magnitude), /source\[4\] is -1/);
  });
});
