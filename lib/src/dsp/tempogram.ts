import { rfft } from './fft.js';
import { hann } from './window.js';

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
  const frame = new Float64Array(size);
  const power = new Float64Array(size);
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < winLength; i++) frame[i] = window[i] * padded[t + i];
    // The autocorrelation is the inverse transform of the power spectrum (Wiener and Khinchin), both real and even.
    const { re, im } = rfft(frame);
    for (let k = 0; k < re.length; k++) {
      power[k] = (re[k] ** 2 + im[k] ** 2) / size;
      power[(size - k) % size] = power[k];
    }
    const autocorrelation = rfft(power).re;
    let largest = 0;
    for (let lag = 0; lag < winLength; lag++) largest = Math.max(largest, Math.abs(autocorrelation[lag]));
    if (largest < Number.MIN_VALUE * 2 ** 52) continue;
    for (let lag = 0; lag < winLength; lag++) mean[lag] += autocorrelation[lag] / largest / frames;
  }
  return mean;
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
