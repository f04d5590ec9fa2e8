import assert from 'node:assert/strict';
import { type DeltaOptions, delta, FloatMatrix, type MfccOptions, melSpectrogram, mfcc, powerToDb } from 'onpa';
import { dctMatrix } from 'onpa/dist/dsp/mfcc.js';
import { fixture, namedSignal, relativeError, sampled, signal } from '../fixtures.js';

interface MfccCase {
  signal: string;
  options: MfccOptions;
  shape: [number, number];
  peak: number;
}

describe('mfcc', () => {
  const reference = fixture<MfccCase>('mfcc');

  for (const [name, { signal: source, options, shape, peak }] of Object.entries(reference.cases)) {
    it(`${name}, is librosa's`, async () => {
      const coefficients = mfcc({ samples: await namedSignal(source), sampleRate: 22050 }, options);
      assert.deepEqual([coefficients.rows, coefficients.columns], shape);
      const [rows, columns] = ['rows', 'columns'].map((part) => reference.tensor(`${name}/${part}`, 'I32').data);
      const expected = reference.tensor(`${name}/values`, 'F32').data;
      assert.ok(relativeError(sampled(coefficients, rows, columns), expected, peak) < 3e-6);
    });
  }

  it('with as many coefficients as bands keeps the distances between frames', () => {
    const waveform = { samples: signal('trumpet'), sampleRate: 22050 };
    const all = mfcc(waveform, { nMfcc: 40, nMels: 40 });
    const levels = powerToDb(melSpectrogram(waveform, { nMels: 40 }));
    const distance = (m: FloatMatrix) => Math.hypot(...m.getColumn(3).map((x, i) => x - m.get(i, 20)));
    assert.ok(Math.abs(distance(all) / distance(levels) - 1) < 1e-6);
  });

  it('names what is wrong with an option', () => {
    const waveform = { samples: new Float32Array(5000), sampleRate: 22050 };
    const wrong: [MfccOptions, RegExp][] = [
      [{ nMfcc: 0 }, /nMfcc is 0/],
      [{ nMfcc: 41, nMels: 40 }, /nMfcc is 41; give a number of at least 1 and at most 40/],
      [{ dctType: 4 as 3 }, /dctType is 4/],
      [{ norm: 'slaney' as 'ortho' }, /norm is 'slaney'; give one of ortho/],
      [{ melNorm: 'ortho' as 'slaney' }, /norm is 'ortho'/],
      [{ lifter: -1 }, /lifter is -1/],
      [{ nMels: 1, nMfcc: 1, dctType: 1 }, /nMels is 1/],
      [{ hopLength: 0 }, /hopLength is 0/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => mfcc(waveform, options), { name: 'ParameterError', message });
    }
  });
});

describe('the cosine transform', () => {
  const reference = fixture<never>('dct');
  const x = new FloatMatrix(9, 1, Float32Array.from(reference.tensor('x', 'F64').data));

  for (const type of [1, 2, 3] as const) {
    for (const norm of ['ortho', null] as const) {
      it(`of type ${type}, ${norm ?? 'without norm'}, is SciPy's`, () => {
        const expected = reference.tensor(`type ${type}, norm ${norm}`, 'F64').data;
        assert.ok(relativeError(dctMatrix(9, 9, type, norm).mmul(x).to1DArray(), expected) < 1e-6);
      });
    }
  }
});

describe('delta', () => {
  const reference = fixture<DeltaOptions>('delta');
  const features = new FloatMatrix(4, 20, reference.tensor('features', 'F32').data);

  for (const [name, options] of Object.entries(reference.cases)) {
    it(`${name}, is librosa's`, () => {
      assert.ok(relativeError(delta(features, options).data, reference.tensor(name, 'F32').data) < 3e-6);
    });
  }

  it('of a parabola is its derivative away from the ends, and its second derivative everywhere', () => {
    const parabola = new FloatMatrix(
      1,
      30,
      Float32Array.from({ length: 30 }, (_, t) => 0.5 * t * t),
    );
    assert.ok(Math.abs(delta(parabola).get(0, 15) - 15) < 1e-5);
    assert.ok(delta(parabola, { order: 2 }).data.every((value) => Math.abs(value - 1) < 1e-5));
  });

  it('names what is wrong with an option', () => {
    const wrong: [DeltaOptions, RegExp][] = [
      [{ width: 8 }, /width is 8; give an odd number/],
      [{ width: 1 }, /width is 1/],
      [{ width: 21 }, /width is 21; the features have 20 frames/],
      [{ order: 3 as 2 }, /order is 3/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => delta(features, options), { name: 'ParameterError', message });
    }
    assert.throws(() => delta(new FloatMatrix(1, 9, new Float32Array(9).fill(Number.NaN))), /features\[0\] is NaN/);
  });
});
