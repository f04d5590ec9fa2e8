import type { FloatMatrix } from '../dsp/float-matrix.js';
import type { Waveform } from '../dsp/waveform.js';
import { ParameterError, SamplingRateError } from '../errors.js';
import { requireReal, requireWaveform } from '../numbers.js';
import { firstNotFinite, requireFinite } from '../validation.js';

/**
 * The numbers of a mel spectrogram, row by row.
 *
 * @param bands - how many rows the vocoder takes
 * @throws ParameterError for another number of bands, no frames, and numbers that are not finite
 */
export function melNumbers(mel: FloatMatrix, bands: number): Float32Array {
  requireReal('mel', mel);
  const { rows, columns } = mel;
  if (rows !== bands) {
    throw new ParameterError(
      `mel has ${rows} bands; this vocoder takes ${bands}, a row each: what its melSpectrogram gives`,
    );
  }
  if (columns === 0) throw new ParameterError('mel has no frames; give one at least');
  const data = mel.data instanceof Float32Array ? mel.data : Float32Array.from(mel.to1DArray());
  const i = firstNotFinite(data);
  if (i >= 0) {
    const place = `band ${Math.floor(i / columns)}, frame ${i % columns}`;
    throw new ParameterError(`mel is ${data[i]} in ${place}; its numbers must be finite, as melSpectrogram makes them`);
  }
  return data;
}

/**
 * Throws unless a waveform is one that a vocoder can have been trained on.
 *
 * @throws ParameterError for one without samples, or with samples that are not finite
 * @throws SamplingRateError for another sampling rate
 */
export function requireSound(waveform: Waveform, sampleRate: number): void {
  requireWaveform('waveform', waveform);
  const { samples, sampleRate: found } = waveform;
  if (found !== sampleRate) {
    throw new SamplingRateError(
      `waveform.sampleRate is ${found} Hz, but the vocoder was trained at ${sampleRate} Hz; ` +
        `convert the audio: resample(samples, { from: ${found}, to: ${sampleRate} })`,
    );
  }
  if (samples.length === 0) throw new ParameterError('waveform is empty; give one sample at least');
  requireFinite('samples', samples);
}

/** The frames `from` … `to` − 1 of a spectrogram that is given row by row, one after the other. */
export function framesOf(mel: Float32Array, bands: number, from: number, to: number): Float32Array {
  const length = mel.length / bands;
  const frames = new Float32Array((to - from) * bands);
  for (let band = 0; band < bands; band++) {
    for (let t = from; t < to; t++) frames[(t - from) * bands + band] = mel[band * length + t];
  }
  return frames;
}
