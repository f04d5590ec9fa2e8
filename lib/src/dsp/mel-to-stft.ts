import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requirePositive } from '../validation.js';
import type { FloatMatrix } from './float-matrix.js';
import { type MelBandOptions, melFilterbank } from './mel.js';
import { nnls } from './nnls/nnls.js';

/** Options of {@link melToStft}: those that the mel spectrogram was made with. Its number of bands is that of its rows. */
export interface MelToStftOptions extends Omit<MelBandOptions, 'nMels'> {
  /** In Hz; default 22,050. */
  sampleRate?: number;
  /** Samples of a frame; default 2048. */
  nFft?: number;
  /** Exponent of the magnitude that the bands have: 2 for power (the default), 1 for amplitude. */
  power?: number;
}

/**
 * Magnitudes of a Fourier transform that give a mel spectrogram, like `librosa.feature.inverse.mel_to_stft`. The bands are
 * fewer than the bins: what was within a band is spread over it.
 *
 * @param mel - bands × frames, finite everywhere, as `melSpectrogram` gives
 * @returns 1 + ⌊nFft / 2⌋ bins × frames, of at least 0
 * @throws ParameterError for options out of range, or numbers that are not finite
 * @see {@link melToAudio}, {@link nnls}
 *
 * @example
 * const magnitude = melToStft(melSpectrogram(waveform));
 */
export function melToStft(mel: FloatMatrix, options: OrNull<MelToStftOptions> = {}): FloatMatrix {
  const chosen = given<MelToStftOptions, 'norm'>(options, 'norm');
  const { sampleRate = 22050, nFft = 2048, power = 2, fMin, fMax, htk, norm } = chosen;
  requireReal('mel', mel);
  requirePositive('power', power);
  const filters = melFilterbank({ sampleRate, nFft, nMels: mel.rows, fMin, fMax, htk, norm });
  const result = nnls(filters, mel);
  for (let i = 0; i < result.data.length; i++) result.data[i] **= 1 / power;
  return result;
}
