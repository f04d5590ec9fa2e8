import assert from 'node:assert/strict';
import fc from 'fast-check';
import { amplitudeToDb, type DecibelOptions, FloatMatrix, load, ParameterError, powerToDb, stft } from 'onpa';
import { audio, fixture } from '../fixtures.js';

interface Case {
  function: 'amplitudeToDb' | 'powerToDb';
  input: string;
  options: DecibelOptions;
}

const functions = { amplitudeToDb, powerToDb };

/** The largest difference, in dB. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  return Array.from(expected).reduce((most, value, i) => Math.max(most, Math.abs(actual[i] - value)), 0);
}

describe('decibel', () => {
  const reference = fixture<Case>('decibel');
  const single = (name: string) => reference.tensor(name, 'F32');

  for (const [name, { function: convert, input, options }] of Object.entries(reference.cases)) {
    it(`${convert} of ${input} with ${JSON.stringify(options)} is librosa's`, () => {
      if (input === 'double') {
        const db = functions[convert](reference.tensor(input, 'F64').data, options);
        assert.ok(difference(db, reference.tensor(name, 'F64').data) < 1e-9);
        return;
      }
      const { shape, data } = single(input);
      const expected = single(name).data;
      assert.ok(difference(functions[convert](data, options), expected) < 0.001);
      if (shape.length === 2) {
        const db = functions[convert](new FloatMatrix(shape[0], shape[1], data), options);
        assert.deepEqual([db.rows, db.columns], shape);
        assert.ok(difference(db.data, expected) < 0.001);
      }
    });
  }

  it('returns the kind that it was given', () => {
    for (const convert of [amplitudeToDb, powerToDb]) {
      assert.ok(convert(new Float32Array(3)) instanceof Float32Array);
      assert.ok(convert(new Float64Array(3)) instanceof Float64Array);
      assert.ok(convert(new FloatMatrix(2, 3)) instanceof FloatMatrix);
    }
  });

  it('of silence against its own peak is 0 dB everywhere, as in librosa', () => {
    for (const convert of [amplitudeToDb, powerToDb]) {
      assert.deepEqual(convert(new Float32Array(4), { ref: 'max' }), new Float32Array(4));
    }
  });

  it('puts the trumpet’s peak at 0 dB and nothing below −80 dB', async () => {
    const { samples } = await load(audio('trumpet.ogg'));
    const { data } = amplitudeToDb(stft(samples).magnitude(), { ref: 'max' });
    const [least, most] = data.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [0, -Infinity]);
    assert.equal(most, 0);
    assert.equal(least, -80);
  });

  it('never falls where the amplitude rises', () => {
    fc.assert(
      fc.property(fc.float32Array({ min: 0, max: 1000, noNaN: true, minLength: 1 }), (x) => {
        x.sort();
        for (const convert of [amplitudeToDb, powerToDb]) {
          const db = convert(x);
          for (let i = 1; i < db.length; i++) assert.ok(db[i] >= db[i - 1]);
          assert.ok(db[db.length - 1] - db[0] <= 80 + 1e-4);
        }
      }),
    );
  });

  it('of an amplitude is that of its power', () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => Math.exp(i / 20 - 5));
    const power = powerToDb(x.map((value) => value ** 2));
    assert.ok(difference(amplitudeToDb(x), power) < 1e-9);
  });

  it('leaves its input alone', () => {
    const x = Float32Array.of(1, 0.1, 0);
    amplitudeToDb(x);
    assert.deepEqual(x, Float32Array.of(1, 0.1, 0));
  });

  it('names what is wrong with an option', () => {
    const x = Float32Array.of(1, 2);
    for (const convert of [amplitudeToDb, powerToDb]) {
      assert.throws(() => convert(x, { amin: 0 }), { name: 'ParameterError', message: /amin is 0/ });
      assert.throws(() => convert(x, { amin: -1 }), { name: 'ParameterError', message: /amin is -1/ });
      assert.throws(() => convert(x, { topDb: -1 }), { name: 'ParameterError', message: /topDb is -1/ });
      assert.throws(() => convert(x, { ref: Number.NaN }), { name: 'ParameterError', message: /ref is NaN/ });
      assert.throws(() => convert(x, { ref: 'min' as 'max' }), { name: 'ParameterError', message: /ref is 'min'/ });
      assert.throws(() => convert(Float32Array.of(1, Number.NaN)), ParameterError);
      assert.throws(() => convert(Float64Array.of(1, Infinity)), ParameterError);
    }
  });

  it('of nothing is nothing', () => {
    for (const ref of [1, 'max'] as const) {
      assert.equal(amplitudeToDb(new Float32Array(0), { ref }).length, 0);
      assert.equal(powerToDb(new Float64Array(0), { ref }).length, 0);
    }
  });
});
