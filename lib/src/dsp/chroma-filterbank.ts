import { given, type OrNull } from '../options.js';
import { requireInteger, requireNumber, requirePositive } from '../validation.js';
import { FloatMatrix } from './float-matrix.js';
import { lengthOf, type Norm, requireNorm } from './normalize-columns.js';
import { roundHalfToEven } from './round.js';
import { hzToOcts } from './tuning.js';

/** Options of {@link chromaFilterbank} that {@link chromaStft} takes, too. */
export interface ChromaBandOptions {
  /** Steps of an octave; default 12, semitones. */
  nChroma?: number;
  /** How far the scale is from A4 at 440 Hz, in steps; default 0 (`chromaStft` estimates it). */
  tuning?: number;
  /** Octaves above A0 where the filters are highest; default 5. */
  ctroct?: number;
  /** How far around it, in octaves; default 2; null for the same weight everywhere. */
  octwidth?: number | null;
  /** Row 0 is C (true, the default) or A. */
  baseC?: boolean;
}

/** Options of {@link chromaFilterbank}. */
export interface ChromaFilterbankOptions extends ChromaBandOptions {
  /** In Hz. */
  sampleRate: number;
  /** Samples of a frame. */
  nFft: number;
  /** What the weights of a bin add up to 1 by: 2 (the default) for their squares; null for nothing. */
  norm?: Norm;
}

/**
 * Filters that gather the bins of a spectrum by the note of the scale that they are, whatever the octave, like
 * `librosa.filters.chroma` (Ellis 2007).
 *
 * @returns nChroma × (1 + ⌊nFft / 2⌋) weights of at least 0: times a power spectrogram, a chromagram
 * @throws ParameterError for options out of range
 * @see {@link chromaStft}, {@link melFilterbank}
 *
 * @example
 * const chroma = chromaFilterbank({ sampleRate: 22050, nFft: 2048 }).mmul(stft(samples).power());
 */
export function chromaFilterbank(options: OrNull<ChromaFilterbankOptions>): FloatMatrix {
  const chosen = given<ChromaFilterbankOptions, 'octwidth' | 'norm'>(options, 'octwidth', 'norm');
  const { sampleRate, nFft, nChroma = 12, tuning = 0, ctroct = 5, octwidth = 2, norm = 2, baseC = true } = chosen;
  requirePositive('sampleRate', sampleRate);
  requireInteger('nFft', nFft, 2);
  requireInteger('nChroma', nChroma);
  requireNumber('tuning', tuning);
  requireNumber('ctroct', ctroct);
  if (octwidth !== null) requirePositive('octwidth', octwidth);
  requireNorm(norm);
  // Steps of the scale, of all bins but the first, which is made up an octave and a half below them.
  const step = (k: number) => nChroma * hzToOcts((k * sampleRate) / nFft, tuning, nChroma);
  const steps = Float64Array.from({ length: nFft + 1 }, (_, k) => (k === 0 ? step(1) - 1.5 * nChroma : step(k)));
  const half = roundHalfToEven(nChroma / 2);
  const filters = new FloatMatrix(nChroma, 1 + (nFft >> 1));
  const weights = new Float64Array(nChroma);
  const shift = baseC ? 3 * Math.floor(nChroma / 12) : 0;
  for (let k = 0; k < filters.columns; k++) {
    const width = k === nFft - 1 ? 1 : Math.max(steps[k + 1] - steps[k], 1);
    for (let note = 0; note < nChroma; note++) {
      const turn = (steps[k] - note + half + 10 * nChroma) % nChroma;
      const distance = (turn < 0 ? turn + nChroma : turn) - half;
      weights[note] = Math.exp(-0.5 * ((2 * distance) / width) ** 2);
    }
    const scale = norm === null ? 1 : 1 / lengthOf(weights, norm);
    const level = octwidth === null ? 1 : Math.exp(-0.5 * ((steps[k] / nChroma - ctroct) / octwidth) ** 2);
    for (let note = 0; note < nChroma; note++) {
      filters.data[((note - shift + nChroma) % nChroma) * filters.columns + k] = weights[note] * scale * level;
    }
  }
  return filters;
}
