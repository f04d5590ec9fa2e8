import { ParameterError } from '../errors.js';
import { requireInteger } from '../validation.js';
import { fftAreas, findPeak, RealFft, reserve } from './engine.js';
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
import { ComplexSpectrogram } from './spectrogram.js';

/** Groups of four frames handled at a time: few enough for the cache. */
const GROUPS = 8;

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
  const { hopLength, window, pad } = framing;
  const result = ComplexSpectrogram.allocate(nFft, countFrames(samples.length, framing));
  const { rows, columns, groups } = result;
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    window: nFft,
    signal: (GROUPS * 4 - 1) * hopLength + nFft,
    spectra: GROUPS * rows * 8,
  });
  findPeak('samples', samples, kernels, areas.signal);
  areas.window.set(window);
  const fft = new RealFft(nFft, kernels, areas);
  for (let start = 0; start < columns; start += 4 * GROUPS) {
    const count = Math.min(GROUPS, Math.ceil((columns - start) / 4));
    copyPadded(samples, start * hopLength - pad, areas.signal, padMode);
    for (let g = 0; g < count; g++) {
      const spectrum = areas.spectra.byteOffset + 32 * g * rows;
      fft.forward(areas.signal.byteOffset + 16 * g * hopLength, hopLength, areas.window, spectrum, spectrum + 16, 32);
    }
    groups.set(areas.spectra.subarray(0, count * rows * 8), start * rows * 2);
  }
  return result;
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
  const { rows, columns, groups } = spectrogram;
  // librosa takes a length of 0 for none.
  const frames = length ? Math.min(columns, Math.ceil((length + 2 * pad) / hopLength)) : columns;
  const result = new Float32Array(length || Math.max(nFft + hopLength * (frames - 1) - 2 * pad, 0));
  const chunk = 4 * GROUPS * hopLength;
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    window: nFft,
    signal: chunk + nFft,
    spectra: GROUPS * rows * 8,
    balance: chunk + nFft,
  });
  for (let i = 0; i < nFft; i++) areas.window[i] = window[i] / nFft;
  const fft = new RealFft(nFft, kernels, areas);
  const fillBalance = inverseWindowSum(framing, frames);
  areas.signal.fill(0);
  for (let start = 0; start < frames; start += 4 * GROUPS) {
    const count = Math.min(GROUPS, Math.ceil((frames - start) / 4));
    areas.spectra.set(groups.subarray(start * rows * 2, (start + 4 * count) * rows * 2));
    clearLanes(areas.spectra, rows, frames - start);
    for (let g = 0; g < count; g++) {
      const spectrum = areas.spectra.byteOffset + 32 * g * rows;
      fft.inverse(areas.signal.byteOffset + 16 * g * hopLength, hopLength, areas.window, spectrum, spectrum + 16, 32);
    }
    // The first samples are done; the rest waits for the frames of the next chunk.
    const offset = start * hopLength;
    const done = start + 4 * GROUPS >= frames ? areas.signal.length : chunk;
    const from = Math.max(pad - offset, 0);
    const to = Math.min(done, result.length + pad - offset);
    if (to > from) {
      const samples = areas.signal.subarray(from, to);
      fillBalance(offset + from, areas.balance.subarray(0, to - from));
      kernels.weigh(to - from, samples.byteOffset, areas.balance.byteOffset);
      result.set(samples, offset + from - pad);
    }
    areas.signal.copyWithin(0, chunk);
    areas.signal.fill(0, nFft);
  }
  return result;
}

/** Silences the frames from `frames` on in the last group of four. */
function clearLanes(spectra: Float32Array, rows: number, frames: number): void {
  if (frames % 4 === 0 || frames * rows * 2 > spectra.length) return;
  for (let at = (frames >> 2) * rows * 8; at < ((frames >> 2) + 1) * rows * 8; at += 4) {
    spectra.fill(0, at + (frames & 3), at + 4);
  }
}
