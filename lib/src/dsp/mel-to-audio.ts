import { given, type OrNull } from '../options.js';
import { requireInteger } from '../validation.js';
import type { FloatMatrix } from './float-matrix.js';
import { resolveFraming } from './frames.js';
import { type GriffinLimOptions, griffinLim, resolveGriffinLim } from './griffin-lim.js';
import { type MelToStftOptions, melToStft } from './mel-to-stft.js';

/** Options of {@link melToAudio}: those of `melToStft` and of `griffinLim`, with its defaults. */
export interface MelToAudioOptions extends MelToStftOptions, Omit<GriffinLimOptions, 'nFft'> {}

/**
 * A sound from a mel spectrogram, like `librosa.feature.inverse.mel_to_audio`: {@link melToStft} gives the magnitudes, and
 * {@link griffinLim} finds phases.
 *
 * @param mel - bands × frames, finite everywhere, as `melSpectrogram` gives
 * @returns the samples
 * @throws ParameterError for options out of range, or numbers that are not finite
 * @see {@link melToStft}, {@link griffinLim}
 *
 * @example
 * const samples = melToAudio(melSpectrogram(waveform), { sampleRate: waveform.sampleRate, seed: 0 });
 */
export function melToAudio(mel: FloatMatrix, options: OrNull<MelToAudioOptions> = {}): Float32Array {
  const chosen = given<MelToAudioOptions, 'norm' | 'init'>(options, 'norm', 'init');
  const { sampleRate, nFft = 2048, power, fMin, fMax, htk, norm, ...phases } = chosen;
  // What is wrong with the frames and phases is said before the work begins.
  requireInteger('nFft', nFft);
  resolveFraming(nFft, phases);
  resolveGriffinLim(phases);
  return griffinLim(melToStft(mel, { sampleRate, nFft, power, fMin, fMax, htk, norm }), { ...phases, nFft });
}
