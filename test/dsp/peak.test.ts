import { equal, throws } from 'node:assert/strict';
import { ParameterError, peak } from 'onpa';

describe('peak', () => {
  it('is the largest amplitude of either sign', () => {
    equal(peak(Float32Array.of(0.25, -0.5, 0.375)), 0.5);
    equal(peak(Float64Array.of(-0, 0)), 0);
  });

  it('takes ten minutes of sound', () => {
    const samples = new Float32Array(600 * 22050);
    samples[samples.length - 1] = -0.75;
    equal(peak(samples), 0.75);
  });

  it('is NaN where a sample is, as in NumPy', () => {
    equal(peak(Float32Array.of(0.5, Number.NaN, 1)), Number.NaN);
  });

  it('refuses what has no samples', () => {
    throws(() => peak(new Float32Array(0)), ParameterError);
    throws(
      () => peak({ samples: new Float32Array(2), sampleRate: 8000 } as never),
      /samples is a waveform.*samples\.samples/,
    );
  });
});
