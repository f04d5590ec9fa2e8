import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireFinite, requireInteger } from '../validation.js';
import { FloatMatrix } from './float-matrix.js';
import type { PadMode } from './frames.js';
import { measureFrames, type SampleFrameOptions } from './sample-frames.js';

/** Options of {@link rms}; of a spectrogram only `frameLength` counts. */
export interface RmsOptions extends SampleFrameOptions {
  /** What lies before and after the signal where frames are centred; default 'constant', silence. */
  padMode?: PadMode;
}

/**
 * The level of each frame, the root of its mean square, like `librosa.feature.rms`.
 *
 * @param source - samples; or the magnitudes of an STFT, 1 + ⌊frameLength / 2⌋ rows × frames, whose window lowers the level
 * @returns a level for each frame, of at least 0, in the unit of the samples: row 0 of librosa's answer
 * @throws ParameterError for options out of range, numbers that are not finite, a signal shorter than a frame, or a
 * frameLength that the number of rows contradicts
 * @see {@link zeroCrossingRate}, {@link trim}
 *
 * @example
 * rms(new Float32Array(2048).fill(0.5), { center: false }); // [0.5]
 */
export function rms(source: Float32Array | FloatMatrix, options: OrNull<RmsOptions> = {}): Float32Array {
  const chosen = given<RmsOptions>(options);
  if (source instanceof FloatMatrix) return ofMagnitude(source, chosen.frameLength ?? 2048);
  return Float32Array.from(
    measureFrames(source, chosen, chosen.padMode ?? 'constant', (frame) =>
      Math.sqrt(frame.reduce((sum, x) => sum + x * x, 0) / frame.length),
    ),
  );
}

/** By Parseval's theorem: each bin but the first and the Nyquist frequency's stands for two. */
function ofMagnitude(magnitude: FloatMatrix, frameLength: number): Float32Array {
  requireReal('source', magnitude);
  requireInteger('frameLength', frameLength);
  const { rows, columns, data } = magnitude;
  if (1 + (frameLength >> 1) !== rows) {
    throw new ParameterError(
      `frameLength is ${frameLength} and the spectrogram has ${rows} rows; give ${2 * (rows - 1)} or ${2 * rows - 1}`,
    );
  }
  requireFinite('source', data);
  const power = new Float64Array(columns);
  for (let k = 0; k < rows; k++) {
    const isSingle = k === 0 || 2 * k === frameLength;
    for (let t = 0; t < columns; t++) power[t] += (isSingle ? 0.5 : 1) * data[k * columns + t] ** 2;
  }
  return Float32Array.from(power, (sum) => Math.sqrt(2 * sum) / frameLength);
}
