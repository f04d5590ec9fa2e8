import assert from 'node:assert/strict';
import { FloatMatrix, load, melFilterbank, melSpectrogram, nnls } from 'onpa';
import { audio, relativeError } from '../../fixtures.js';

/** ‖A X − B‖ / ‖B‖. */
function residual(a: FloatMatrix, x: FloatMatrix, b: FloatMatrix): number {
  const back = a.mmul(x).to1DArray();
  const squares = back.reduce((sum, value, i) => sum + (value - b.data[i]) ** 2, 0);
  return Math.sqrt(squares / b.data.reduce((sum, value) => sum + value * value, 0));
}

describe('nnls', () => {
  it('of a square matrix with a solution that is not negative, is the solution', () => {
    const a = new FloatMatrix(2, 2, Float32Array.of(2, 1, 1, 3));
    const x = new FloatMatrix(2, 3, Float32Array.of(1, 0, 4, 0, 2, 5));
    const b = new FloatMatrix(2, 3, Float32Array.from(a.mmul(x).to1DArray()));
    assert.ok(relativeError(nnls(a, b).data, x.data) < 1e-6);
  });

  it('where the least-squares solution is negative, is the nearest one that is not', () => {
    const a = new FloatMatrix(2, 2, Float32Array.of(1, 1, 0, 1));
    const x = nnls(a, new FloatMatrix(2, 1, Float32Array.of(1, 3)));
    // x₀ = 0 is left: the mean of 1 and 3.
    assert.ok(relativeError(x.data, [0, 2]) < 1e-4);
  });

  it('solves many columns block by block, each as well as alone', async () => {
    const waveform = await load(audio('trumpet.ogg'));
    const options = { nFft: 256, hopLength: 64, nMels: 40 };
    const mel = melSpectrogram(waveform, options);
    assert.ok(mel.columns > 2 ** 18 / (4 * mel.rows));
    const filters = melFilterbank({ ...options, sampleRate: waveform.sampleRate });
    const x = nnls(filters, mel);
    assert.ok(x.data.every((value) => value >= 0));
    assert.ok(residual(filters, x, mel) < 0.1);
  });

  it('of bands that hold no bin or the same bin, stays finite', () => {
    const a = new FloatMatrix(3, 2, Float32Array.of(1, 0, 0, 0, 2, 0));
    const x = nnls(a, new FloatMatrix(3, 1, Float32Array.of(1, 0, 2)));
    assert.ok(relativeError(x.data, [1, 0]) < 1e-5);
  });

  it('names what is wrong', () => {
    const a = new FloatMatrix(2, 3);
    assert.throws(() => nnls(a, new FloatMatrix(3, 3)), /b has 3 rows; give as many as a has, 2/);
    assert.throws(() => nnls(a, new FloatMatrix(2, 1, Float32Array.of(1, Number.NaN))), /b\[1\] is NaN/);
    assert.throws(() => nnls([1] as never, a), /a is an array of 1; give a matrix/);
  });
});
