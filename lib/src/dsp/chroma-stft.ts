import { given, type OrNull } from '../options.js';
import { requireInteger } from '../validation.js';
import { type ChromaBandOptions, chromaFilterbank } from './chroma-filterbank.js';
import type { FloatMatrix } from './float-matrix.js';
import { matrixProduct } from './matrix-product.js';
import { type Norm, normalizeColumns, requireNorm } from './normalize-columns.js';
import { type SpectrumOptions, spectrumOf } from './spectrum-source.js';
import { estimateTuning } from './tuning.js';
import type { Waveform } from './waveform.js';

/** Options of {@link chromaStft}: of a spectrogram those of the STFT, but `nFft`, do not count. */
export interface ChromaStftOptions extends SpectrumOptions, ChromaBandOptions {
  /** What each frame is divided by: Infinity (the default) for its largest value, p for (Σ |x|^p)^(1/p); null for nothing. */
  norm?: Norm;
}

/**
 * The chromagram, like `librosa.feature.chroma_stft`: how much of each note of the scale a frame has, whatever the octave.
 *
 * @param source - a waveform, finite everywhere, or a power spectrogram of at least 0, 1 + ⌊nFft / 2⌋ rows × frames
 * @returns nChroma notes (C first) × frames, from 0 to 1; silence is 0
 * @throws ParameterError for options out of range, numbers that are not finite, or a negative power
 * @see {@link chromaFilterbank}, {@link estimateTuning}
 *
 * @example
 * const chroma = chromaStft(waveform);
 */
export function chromaStft(source: Waveform | FloatMatrix, options: OrNull<ChromaStftOptions> = {}): FloatMatrix {
  const chosen = given<ChromaStftOptions, 'octwidth' | 'norm'>(options, 'octwidth', 'norm');
  const { norm = Infinity, nChroma = 12, ctroct, octwidth, baseC } = chosen;
  requireInteger('nChroma', nChroma);
  requireNorm(norm);
  const { s, nFft, sampleRate } = spectrumOf(source, chosen, 2);
  // librosa estimates it from powers, too.
  const tuning = chosen.tuning ?? estimateTuning(s, { sampleRate, binsPerOctave: nChroma });
  const filters = chromaFilterbank({ sampleRate, nFft, tuning, nChroma, ctroct, octwidth, baseC });
  return normalizeColumns(matrixProduct(filters, s), norm);
}
