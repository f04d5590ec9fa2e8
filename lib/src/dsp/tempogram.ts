import { type Complex, fftPowerOfTwo } from './fft.js';
import { hann } from './window.js';

/** The smallest normal float64: what is below counts as silence, as in librosa. */
const SMALLEST = 2 ** -1022;

/**
 * How alike the onset strength is to itself `lag` frames later, each frame's autocorrelation over its largest, averaged:
 * the mean over time of `librosa.feature.tempogram` (Grosche, Müller and Kurth 2010).
 *
 * @param winLength - frames of the window whose onsets are compared, and lags of the result
 * @returns for each lag from 0 on, from −1 to 1
 */
export function meanTempogram(onsetEnvelope: Float32Array, winLength: number): Float64Array {
  const frames = onsetEnvelope.length;
  const padded = rampedEnds(onsetEnvelope, winLength >> 1);
  const window = hann(winLength);
  const size = 2 ** Math.ceil(Math.log2(2 * winLength - 1));
  const mean = new Float64Array(winLength);
  for (let t = 0; t < frames; t += 2) {
    // Two frames at a time, as the real and the imaginary part of one signal.
    const pair = { re: new Float64Array(size), im: new Float64Array(size) };
    for (let i = 0; i < winLength; i++) {
      pair.re[i] = window[i] * padded[t + i];
      if (t + 1 < frames) pair.im[i] = window[i] * padded[t + 1 + i];
    }
    fftPowerOfTwo(pair);
    // The autocorrelation is the inverse transform of the power spectrum (Wiener and Khinchin), which is real and even.
    const power = powers(pair);
    fftPowerOfTwo(power);
    addNormalized(power.re, mean, frames);
    addNormalized(power.im, mean, frames);
  }
  return mean;
}

/** The power spectra of two real signals that are the real and the imaginary part of one, over their length. */
function powers({ re, im }: Complex): Complex {
  const size = re.length;
  const result = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let k = 0; k < size; k++) {
    const mirror = (size - k) % size;
    result.re[k] = ((re[k] + re[mirror]) ** 2 + (im[k] - im[mirror]) ** 2) / (4 * size);
    result.im[k] = ((im[k] + im[mirror]) ** 2 + (re[k] - re[mirror]) ** 2) / (4 * size);
  }
  return result;
}

/** Adds an autocorrelation over its largest value, and over `count`. */
function addNormalized(autocorrelation: Float64Array, sum: Float64Array, count: number): void {
  let largest = 0;
  for (let lag = 0; lag < sum.length; lag++) largest = Math.max(largest, Math.abs(autocorrelation[lag]));
  if (largest < SMALLEST) return;
  for (let lag = 0; lag < sum.length; lag++) sum[lag] += autocorrelation[lag] / largest / count;
}

/** `pad` more frames at each end, which rise from and fall to zero in a line: `np.pad(…, mode='linear_ramp')`. */
function rampedEnds(envelope: Float32Array, pad: number): Float32Array {
  const { length } = envelope;
  const padded = new Float32Array(length + 2 * pad);
  padded.set(envelope, pad);
  for (let i = 0; i < pad; i++) {
    padded[i] = (i * envelope[0]) / pad;
    padded[padded.length - 1 - i] = (i * envelope[length - 1]) / pad;
  }
  return padded;
}
