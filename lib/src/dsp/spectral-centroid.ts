import { ParameterError } from '../errors.js';
import { requireNumbers } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { fftFrequencies } from './fft.js';
import { FloatMatrix } from './float-matrix.js';
import { normalizeColumns } from './normalize-columns.js';
import { type SpectrumOptions, spectrumOf } from './spectrum-source.js';
import type { Waveform } from './waveform.js';

/** Options of {@link spectralCentroid}: of a spectrogram only `sampleRate`, `nFft` and `freq` count. */
export interface SpectralCentroidOptions extends SpectrumOptions {
  /** The frequency of each bin, in Hz; default that of the Fourier transform. */
  freq?: ArrayLike<number>;
}

/**
 * The centre of gravity of each frame's spectrum, like `librosa.feature.spectral_centroid`: a bright sound has a high one.
 *
 * @param source - a waveform, finite everywhere, or magnitudes of at least 0, 1 + ⌊nFft / 2⌋ rows × frames
 * @returns for each frame, a frequency in Hz, 0 for silence: row 0 of librosa's answer
 * @throws ParameterError for options out of range, numbers that are not finite, or a negative magnitude
 * @see {@link rms}, {@link zeroCrossingRate}
 *
 * @example
 * const brightness = spectralCentroid(waveform);
 */
export function spectralCentroid(
  source: Waveform | FloatMatrix,
  options: OrNull<SpectralCentroidOptions> = {},
): Float64Array {
  const chosen = given<SpectralCentroidOptions>(options);
  const { s, nFft, sampleRate } = spectrumOf(source, chosen, 1);
  const freq = chosen.freq ?? fftFrequencies({ sampleRate, nFft });
  requireNumbers('freq', freq);
  if (freq.length !== s.rows) {
    throw new ParameterError(`freq has ${freq.length} frequencies; give one for each bin, ${s.rows}`);
  }
  // A copy, for the caller's spectrogram stays as it is.
  const { rows, columns, data } = normalizeColumns(new FloatMatrix(s.rows, s.columns, s.data.slice()), 1);
  const result = new Float64Array(columns);
  for (let k = 0; k < rows; k++) {
    for (let t = 0; t < columns; t++) result[t] += freq[k] * data[k * columns + t];
  }
  return result;
}
