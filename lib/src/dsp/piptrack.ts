import { given, type OrNull } from '../options.js';
import { requireNumber } from '../validation.js';
import { fftFrequencies } from './fft.js';
import { FloatMatrix } from './float-matrix.js';
import { isLocalMaximum } from './local-maximum.js';
import { type SpectrumOptions, spectrumOf } from './spectrum-source.js';
import type { Waveform } from './waveform.js';

/** Options of {@link piptrack}: of a spectrogram those of the STFT, but `nFft`, do not count. */
export interface PiptrackOptions extends SpectrumOptions {
  /** Default ⌊winLength / 4⌋. */
  hopLength?: number;
  /** The lowest frequency of a pitch, in Hz; default 150. */
  fMin?: number;
  /** Pitches are below this frequency, in Hz; default 4000. */
  fMax?: number;
  /** Peaks count above this part of their frame's highest; default 0.1. */
  threshold?: number;
  /** Peaks count above this magnitude instead. */
  ref?: number;
}

/** What {@link piptrack} finds. */
export interface Pitches {
  /** In Hz, 0 where there is no pitch: bins × frames. */
  pitches: FloatMatrix;
  /** The magnitude of each pitch, in the same shape. */
  magnitudes: FloatMatrix;
}

/**
 * The peaks of each frame's spectrum, between the bins by a parabola through three of them, like `librosa.piptrack`
 * (Smith, Sinusoidal peak interpolation).
 *
 * @param source - a waveform, finite everywhere, or magnitudes (or powers) of at least 0, 1 + ⌊nFft / 2⌋ rows × frames
 * @throws ParameterError for options out of range, numbers that are not finite, or a negative magnitude
 * @see {@link estimateTuning}
 *
 * @example
 * const { pitches, magnitudes } = piptrack(waveform, { fMax: 2000 });
 */
export function piptrack(source: Waveform | FloatMatrix, options: OrNull<PiptrackOptions> = {}): Pitches {
  const chosen = given<PiptrackOptions>(options);
  const { fMin = 150, fMax = 4000, threshold = 0.1, winLength = chosen.nFft ?? 2048 } = chosen;
  requireNumber('fMin', fMin);
  requireNumber('fMax', fMax);
  requireNumber('threshold', threshold, 0);
  if (chosen.ref !== undefined) requireNumber('ref', chosen.ref);
  const hopLength = chosen.hopLength ?? Math.floor(winLength / 4);
  const { s, nFft, sampleRate } = spectrumOf(source, { ...chosen, hopLength }, 1);
  const { rows, columns } = s;
  const frequencies = fftFrequencies({ sampleRate, nFft });
  const top = Math.min(fMax, sampleRate / 2);
  const pitches = new FloatMatrix(rows, columns);
  const magnitudes = new FloatMatrix(rows, columns);
  const column = new Float32Array(rows);
  const loud = new Float32Array(rows);
  for (let t = 0; t < columns; t++) {
    for (let k = 0; k < rows; k++) column[k] = s.data[k * columns + t];
    const highest = column.reduce((most, x) => Math.max(most, x), 0);
    const least = Math.fround(chosen.ref === undefined ? threshold * highest : Math.abs(chosen.ref));
    for (let k = 0; k < rows; k++) loud[k] = column[k] > least ? column[k] : 0;
    for (let k = 0; k < rows; k++) {
      if (frequencies[k] < fMin || frequencies[k] >= top || !isLocalMaximum(loud, k)) continue;
      const shift = parabolicShift(column, k);
      pitches.data[k * columns + t] = ((k + shift) * sampleRate) / nFft;
      magnitudes.data[k * columns + t] = column[k] + 0.5 * slope(column, k) * shift;
    }
  }
  return { pitches, magnitudes };
}

/** Where the parabola through a bin and its neighbours is highest, in bins from it: 0 where that is no neighbour's side. */
function parabolicShift(x: Float32Array, k: number): number {
  if (k === 0 || k === x.length - 1) return 0;
  const curve = Math.fround(x[k + 1] + x[k - 1]) - 2 * x[k];
  const rise = Math.fround(x[k + 1] - x[k - 1]) / 2;
  return Math.abs(rise) >= Math.abs(curve) ? 0 : Math.fround(-rise / curve);
}

/** The derivative per bin, by central differences, one-sided at the ends: `np.gradient`. */
function slope(x: Float32Array, k: number): number {
  const [low, high] = [Math.max(k - 1, 0), Math.min(k + 1, x.length - 1)];
  return high === low ? 0 : Math.fround(x[high] - x[low]) / (high - low);
}
