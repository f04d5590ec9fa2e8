import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dftMatrix, fftFrequencies, Matrix, ParameterError, rfft } from 'onpa';
import { fixture, relativeError } from '../fixtures.js';

const numbers = fc.float64Array({ min: -1, max: 1, noNaN: true, minLength: 1, maxLength: 300 });

/** The energy of a real signal's spectrum, of which half is given. */
function energy({ re, im }: { re: Float64Array; im: Float64Array }, n: number): number {
  const twice = (k: number) => (k === 0 || 2 * k === n ? 1 : 2);
  return re.reduce((sum, value, k) => sum + twice(k) * (value ** 2 + im[k] ** 2), 0) / n;
}

describe('rfft', () => {
  const reference = fixture('fft');

  for (const n of [1, 2, 3, 4, 5, 7, 12, 31, 100, 441, 1000, 1009, 4096]) {
    it(`of ${n} samples is numpy.fft.rfft's`, () => {
      const { re, im } = rfft(reference.tensor(`${n}/x`, 'F64').data);
      const expected = [...reference.tensor(`${n}/re`, 'F64').data, ...reference.tensor(`${n}/im`, 'F64').data];
      assert.ok(relativeError([...re, ...im], expected) < 1e-13);
    });
  }

  it('keeps the energy (Parseval)', () => {
    fc.assert(
      fc.property(numbers, (x) => {
        const inTime = x.reduce((sum, value) => sum + value * value, 0);
        assert.ok(Math.abs(energy(rfft(x), x.length) - inTime) <= 1e-12 * (1 + inTime));
      }),
    );
  });

  it('is linear', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: -10, max: 10, noNaN: true }), (x, a) => {
        const y = x.map((value, i) => value * Math.sin(i));
        const [whole, part, rest] = [x.map((value, i) => a * value + y[i]), x, y].map(rfft);
        assert.ok(
          relativeError(
            whole.re,
            part.re.map((value, k) => a * value + rest.re[k]),
            100,
          ) < 1e-12,
        );
        assert.ok(
          relativeError(
            whole.im,
            part.im.map((value, k) => a * value + rest.im[k]),
            100,
          ) < 1e-12,
        );
      }),
    );
  });

  it('leaves its input alone', () => {
    const x = Float64Array.of(1, 2, 3, 4);
    rfft(x);
    assert.deepEqual(x, Float64Array.of(1, 2, 3, 4));
  });

  it('refuses an empty signal', () => {
    assert.throws(() => rfft([]), ParameterError);
  });
});

describe('dftMatrix', () => {
  it('times a signal is its FFT', () => {
    const x = Float64Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
    const column = Matrix.columnVector(x);
    const { re, im } = dftMatrix(64);
    const spectrum = rfft(x);
    assert.ok(relativeError(re.mmul(column).to1DArray().slice(0, 33), spectrum.re) < 1e-13);
    assert.ok(relativeError(im.mmul(column).to1DArray().slice(0, 33), spectrum.im) < 1e-13);
  });

  it('is unitary up to a factor n', () => {
    const n = 30;
    const { re, im } = dftMatrix(n);
    const product = Matrix.add(re.mmul(re.transpose()), im.mmul(im.transpose()));
    assert.ok(relativeError(product.to1DArray(), Matrix.eye(n, n, n).to1DArray()) < 1e-13);
  });

  it('refuses a size that is not a whole number above 0', () => {
    for (const n of [0, -1, 2.5]) assert.throws(() => dftMatrix(n), ParameterError);
  });
});

describe('fftFrequencies', () => {
  const reference = fixture('mel');
  for (const [sampleRate, nFft] of [
    [22050, 2048],
    [16000, 400],
    [44100, 401],
    [8000, 1],
    [22050, 5],
  ]) {
    it(`of nFft ${nFft} at ${sampleRate} Hz are librosa's`, () => {
      const expected = reference.tensor(`fft_frequencies ${sampleRate} ${nFft}`, 'F64').data;
      assert.ok(relativeError(fftFrequencies({ sampleRate, nFft }), expected) < 1e-15);
    });
  }

  it('are those of 2,048 samples at 22,050 Hz unless told otherwise', () => {
    assert.deepEqual(fftFrequencies(), fftFrequencies({ sampleRate: 22050, nFft: 2048 }));
    assert.equal(fftFrequencies()[1024], 11025);
  });

  it('refuse a sampling rate or nFft that is no number above 0', () => {
    assert.throws(() => fftFrequencies({ nFft: 0 }), ParameterError);
    assert.throws(() => fftFrequencies({ sampleRate: -1 }), ParameterError);
  });
});
