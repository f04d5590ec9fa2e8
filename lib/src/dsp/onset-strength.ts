import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireFinite, requireInteger } from '../validation.js';
import { powerToDb } from './decibel.js';
import { FloatMatrix } from './float-matrix.js';
import { median } from './median.js';
import { type MelSpectrogramOptions, melSpectrogram } from './mel.js';
import type { Waveform } from './waveform.js';

/** Options of {@link onsetStrength}: its own, and those of `melSpectrogram`, whose frames are always centred here. */
export interface OnsetStrengthOptions extends Omit<MelSpectrogramOptions, 'center'> {
  /** Frames between what is compared; default 1. */
  lag?: number;
  /** Bands whose largest value a band is compared with, so that vibrato is no onset; default 1, its own. */
  maxSize?: number;
  /** What the frames are compared with, in the spectrogram's shape; default the spectrogram, by `maxSize`. */
  ref?: FloatMatrix;
  /** Takes the slowly changing part away; default false. */
  detrend?: boolean;
  /** Moves onsets by half a frame, to where they are heard (true, the default). */
  center?: boolean;
  /** What of the bands' rises counts: 'mean' (the default) or 'median', like librosa's `np.mean` and `np.median`. */
  aggregate?: 'mean' | 'median';
}

/**
 * How much each frame is louder than the one before, over all mel bands, like `librosa.onset.onset_strength`: it is high
 * where notes begin (Böck and Widmer 2013).
 *
 * @param source - a waveform, finite everywhere; or a spectrogram in decibels, bands × frames
 * @returns for each frame, decibels of at least 0 (but with `detrend`)
 * @throws ParameterError for options out of range or numbers that are not finite
 * @see {@link beatTrack}, {@link melSpectrogram}
 *
 * @example
 * const strength = onsetStrength(waveform, { aggregate: 'median' });
 */
export function onsetStrength(
  source: Waveform | FloatMatrix,
  options: OrNull<OnsetStrengthOptions> = {},
): Float32Array {
  const chosen = given<OnsetStrengthOptions, 'norm'>(options, 'norm');
  const { lag = 1, maxSize = 1, detrend = false, center = true, aggregate = 'mean', ...mel } = chosen;
  const { nFft = 2048, hopLength = 512 } = mel;
  requireInteger('lag', lag);
  requireInteger('maxSize', maxSize);
  requireChoice('aggregate', aggregate, ['mean', 'median']);
  requireInteger('nFft', nFft);
  requireInteger('hopLength', hopLength);
  const s = source instanceof FloatMatrix ? decibels('source', source) : powerToDb(melSpectrogram(source, mel));
  const ref = chosen.ref ? decibels('ref', chosen.ref) : highestOfBands(s, maxSize);
  if (ref.rows !== s.rows || ref.columns !== s.columns) {
    throw new ParameterError(
      `ref is ${ref.rows} × ${ref.columns}; give the spectrogram's shape, ${s.rows} × ${s.columns}`,
    );
  }
  const rise = aggregate === 'mean' ? meanRise(s, ref, lag) : medianRise(s, ref, lag);
  const shift = lag + (center ? Math.floor(nFft / (2 * hopLength)) : 0);
  const result = new Float32Array(center ? s.columns : Math.max(s.columns, lag));
  for (let t = shift; t < result.length; t++) result[t] = rise[t - shift];
  return detrend ? withoutTrend(result) : result;
}

function decibels(name: string, matrix: FloatMatrix): FloatMatrix {
  requireReal(name, matrix);
  requireFinite(name, matrix.data);
  return matrix;
}

/** The largest of `size` neighbouring bands, centred: `scipy.ndimage.maximum_filter1d` over the rows. */
function highestOfBands(s: FloatMatrix, size: number): FloatMatrix {
  if (size === 1) return s;
  const { rows, columns } = s;
  const result = new FloatMatrix(rows, columns, new Float32Array(rows * columns).fill(-Infinity));
  for (let k = 0; k < rows; k++) {
    const first = Math.max(k - (size >> 1), 0);
    const last = Math.min(k + ((size - 1) >> 1), rows - 1);
    for (let band = first; band <= last; band++) {
      for (let t = 0; t < columns; t++) {
        const value = s.data[band * columns + t];
        if (value > result.data[k * columns + t]) result.data[k * columns + t] = value;
      }
    }
  }
  return result;
}

/** The mean over the bands of what frame t + lag has more than frame t: the rises, not the falls. */
function meanRise(s: FloatMatrix, ref: FloatMatrix, lag: number): Float64Array {
  const { rows, columns } = s;
  const result = new Float64Array(Math.max(columns - lag, 0));
  for (let k = 0; k < rows; k++) {
    for (let t = 0, at = k * columns; t < result.length; t++, at++) {
      result[t] += Math.max(s.data[at + lag] - ref.data[at], 0);
    }
  }
  return result.map((sum) => sum / rows);
}

/** The median over the bands of the same. */
function medianRise(s: FloatMatrix, ref: FloatMatrix, lag: number): Float64Array {
  const { rows, columns } = s;
  const rises = new Float32Array(rows);
  return Float64Array.from({ length: Math.max(columns - lag, 0) }, (_, t) => {
    for (let k = 0, at = t; k < rows; k++, at += columns) rises[k] = Math.max(s.data[at + lag] - ref.data[at], 0);
    return median(rises);
  });
}

/** y[n] = x[n] − x[n − 1] + 0.99 y[n − 1]: a high-pass filter that leaves onsets, and takes a constant level away. */
function withoutTrend(x: Float32Array): Float32Array {
  let y = 0;
  return x.map((value, n) => {
    y = value - (n > 0 ? x[n - 1] : 0) + 0.99 * y;
    return y;
  });
}
