import { ParameterError } from '../errors.js';
import { requireFinite, requireInteger } from '../parameters.js';
import { fftAreas, RealFft, reserve } from './engine.js';
import {
  copyPadded,
  countFrames,
  type FrameOptions,
  type Framing,
  inverseWindowSum,
  type PadMode,
  requirePadding,
  resolveFraming,
} from './frames.js';
import { FloatMatrix } from './matrix.js';

/** Frames computed before they are copied out: large enough for long copies, small enough for the cache. */
export const CHUNK = 64;

/** A spectrum per frame: 1 + ⌊nFft / 2⌋ rows (frequencies), a column per frame. */
export class ComplexSpectrogram {
  constructor(
    readonly re: FloatMatrix,
    readonly im: FloatMatrix,
    /** Samples of the frames it was made from. */
    readonly nFft: number = 2 * (re.rows - 1),
  ) {}

  get rows(): number {
    return this.re.rows;
  }

  get columns(): number {
    return this.re.columns;
  }

  #map(f: (re: number, im: number) => number): FloatMatrix {
    const result = new FloatMatrix(this.rows, this.columns);
    const [re, im, out] = [this.re.data, this.im.data, result.data];
    for (let i = 0; i < out.length; i++) out[i] = f(re[i], im[i]);
    return result;
  }

  /** |X|, like `np.abs(D)`. */
  magnitude(): FloatMatrix {
    return this.#map((re, im) => Math.sqrt(re * re + im * im));
  }

  /** |X|². */
  power(): FloatMatrix {
    return this.#map((re, im) => re * re + im * im);
  }

  /** The angle in (−π, π], like `np.angle(D)`. */
  phase(): FloatMatrix {
    return this.#map((re, im) => Math.atan2(im, re));
  }
}

/** Options of {@link stft}. */
export interface StftOptions extends FrameOptions {
  /** Samples of a frame, any whole number above 0; default 2048. */
  nFft?: number;
  /** What lies before and after the signal where frames are centred; default 'constant', silence. */
  padMode?: PadMode;
}

/**
 * The short-time Fourier transform, like `librosa.stft`.
 *
 * @param samples - the signal; finite everywhere
 * @returns 1 + ⌊nFft / 2⌋ frequencies × 1 + ⌊samples / hopLength⌋ frames (fewer where `center` is false)
 * @throws ParameterError for options out of range, samples that are not finite, or, where `center` is false, a signal
 * shorter than a frame
 *
 * @example
 * const spectrogram = stft(samples);
 * const db = amplitudeToDb(spectrogram.magnitude(), { ref: 'max' });
 */
export function stft(samples: Float32Array, options: StftOptions = {}): ComplexSpectrogram {
  const { nFft = 2048, padMode = 'constant' } = options;
  const framing = resolveFraming(nFft, options);
  requirePadding(samples.length, padMode, framing);
  requireFinite('samples', samples);
  const { hopLength, window, pad } = framing;
  const bins = 1 + (nFft >> 1);
  const frames = countFrames(samples.length, framing);
  const re = new FloatMatrix(bins, frames);
  const im = new FloatMatrix(bins, frames);
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    window: nFft,
    signal: (CHUNK - 1) * hopLength + nFft,
    re: bins * CHUNK,
    im: bins * CHUNK,
  });
  areas.window.set(window);
  const fft = new RealFft(nFft, kernels, areas);
  for (let start = 0; start < frames; start += CHUNK) {
    const count = Math.min(CHUNK, frames - start);
    copyPadded(samples, start * hopLength - pad, areas.signal, padMode);
    for (let t = 0; t < count; t += 4) {
      const signal = areas.signal.byteOffset + 4 * t * hopLength;
      const [r, i] = [areas.re.byteOffset + 4 * t, areas.im.byteOffset + 4 * t];
      fft.forward(signal, hopLength, areas.window, r, i, 4 * CHUNK);
    }
    copyColumns(areas.re, re, start, count);
    copyColumns(areas.im, im, start, count);
  }
  return new ComplexSpectrogram(re, im, nFft);
}

/** Copies the first `count` of {@link CHUNK} columns into the matrix. */
export function copyColumns(chunk: Float32Array, matrix: FloatMatrix, start: number, count: number): void {
  for (let k = 0; k < matrix.rows; k++) {
    matrix.data.set(chunk.subarray(k * CHUNK, k * CHUNK + count), k * matrix.columns + start);
  }
}

/** Options of {@link istft}. */
export interface IstftOptions extends FrameOptions {
  /** Samples of a frame; default that of the spectrogram. */
  nFft?: number;
  /** Samples of the result, cut or filled up with zeros; default as many as the frames span. */
  length?: number;
}

/**
 * The framing of a spectrogram with `bins` rows, which tell an even nFft and the odd one above it apart only by the option.
 */
export function inverseFraming(bins: number, nFft: number, options: FrameOptions): Framing {
  requireInteger('nFft', nFft);
  if (1 + (nFft >> 1) !== bins) {
    throw new ParameterError(
      `nFft is ${nFft} and the spectrogram has ${bins} rows; give ${2 * (bins - 1)} or ${2 * bins - 1}`,
    );
  }
  return resolveFraming(nFft, options);
}

/**
 * The inverse short-time Fourier transform, like `librosa.istft`: the least-squares signal of Griffin and Lim (1984),
 * windowed frames overlapped, added, and divided by the sum of the squared windows.
 *
 * @param options - those that the spectrogram was made with
 * @returns the samples
 * @throws ParameterError for options out of range, or an nFft that the number of rows contradicts
 *
 * @example
 * const back = istft(stft(samples), { length: samples.length });
 */
export function istft(spectrogram: ComplexSpectrogram, options: IstftOptions = {}): Float32Array {
  const { nFft = spectrogram.nFft, length } = options;
  if (length !== undefined) requireInteger('length', length, 0);
  const framing = inverseFraming(spectrogram.rows, nFft, options);
  const { hopLength, window, pad } = framing;
  const { rows: bins, columns } = spectrogram;
  // librosa takes a length of 0 for none.
  const frames = length ? Math.min(columns, Math.ceil((length + 2 * pad) / hopLength)) : columns;
  const result = new Float32Array(length || Math.max(nFft + hopLength * (frames - 1) - 2 * pad, 0));
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    window: nFft,
    signal: CHUNK * hopLength + nFft,
    re: bins * CHUNK,
    im: bins * CHUNK,
  });
  for (let i = 0; i < nFft; i++) areas.window[i] = window[i] / nFft;
  const fft = new RealFft(nFft, kernels, areas);
  const scale = inverseWindowSum(framing, frames);
  areas.signal.fill(0);
  for (let start = 0; start < frames; start += CHUNK) {
    const count = Math.min(CHUNK, frames - start);
    loadColumns(spectrogram.re, areas.re, start, count);
    loadColumns(spectrogram.im, areas.im, start, count);
    for (let t = 0; t < count; t += 4) {
      const signal = areas.signal.byteOffset + 4 * t * hopLength;
      const [r, i] = [areas.re.byteOffset + 4 * t, areas.im.byteOffset + 4 * t];
      fft.inverse(signal, hopLength, areas.window, r, i, 4 * CHUNK);
    }
    // The first samples are done; the rest waits for the frames of the next chunk.
    const last = start + CHUNK >= frames;
    const done = last ? areas.signal.length : CHUNK * hopLength;
    const offset = start * hopLength;
    const from = Math.max(pad - offset, 0);
    const to = Math.min(done, result.length + pad - offset);
    for (let i = from; i < to; i++) result[offset + i - pad] = areas.signal[i] * scale(offset + i);
    areas.signal.copyWithin(0, CHUNK * hopLength);
    areas.signal.fill(0, nFft);
  }
  return result;
}

/** The reverse of {@link copyColumns}; columns up to the next multiple of four become zero. */
function loadColumns(matrix: FloatMatrix, chunk: Float32Array, start: number, count: number): void {
  for (let k = 0; k < matrix.rows; k++) {
    const row = k * matrix.columns + start;
    chunk.set(matrix.data.subarray(row, row + count), k * CHUNK);
    if (count % 4 !== 0) chunk.fill(0, k * CHUNK + count, k * CHUNK + ((count + 3) & ~3));
  }
}
