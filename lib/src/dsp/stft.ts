import { ParameterError } from '../errors.js';
import { requireSamples, told } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireInteger } from '../validation.js';
import { fftAreas, RealFft, requireFiniteSamples, reserve } from './engine.js';
import {
  countFrames,
  type FrameOptions,
  type Framing,
  frameGroups,
  frameSpan,
  inverseWindowSumSquare,
  type PadMode,
  passOn,
  requirePadding,
  resolveFraming,
} from './frames.js';
import { LANES, POINT } from './lanes.js';
import { spectra } from './spectra.js';
import { ComplexSpectrogram, spectrumGroup } from './spectrogram.js';

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
 * @see {@link istft}, {@link griffinLim}, {@link melSpectrogram}, {@link StftStream} for sound that comes bit by bit
 *
 * @example
 * const spectrogram = stft(samples);
 * const db = amplitudeToDb(spectrogram.magnitude(), { ref: 'max' });
 */
export function stft(samples: Float32Array, options: OrNull<StftOptions> = {}): ComplexSpectrogram {
  const chosen = given<StftOptions>(options);
  const { nFft = 2048, padMode = 'constant' } = chosen;
  requireSamples('samples', samples);
  const framing = resolveFraming(nFft, chosen);
  requirePadding(samples.length, padMode, framing);
  requireFiniteSamples(samples);
  return spectra(samples, -framing.pad, countFrames(samples.length, framing), framing, padMode);
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
 * @see {@link stft}, {@link griffinLim}
 *
 * @example
 * const back = istft(stft(samples), { length: samples.length });
 */
export function istft(spectrogram: ComplexSpectrogram, options: OrNull<IstftOptions> = {}): Float32Array {
  const chosen = given<IstftOptions>(options);
  if (!(spectrogram instanceof ComplexSpectrogram)) {
    throw new ParameterError(
      `spectrogram is ${told(spectrogram)}; give what stft gives, or ComplexSpectrogram.from(re, im)`,
    );
  }
  const { nFft = spectrogram.nFft, length } = chosen;
  if (length !== undefined) requireInteger('length', length, 0);
  const framing = inverseFraming(spectrogram.rows, nFft, chosen);
  const { hopLength, window, pad } = framing;
  const { rows, columns } = spectrogram;
  // librosa takes a length of 0 for none.
  const frames = length ? Math.min(columns, Math.ceil((length + 2 * pad) / hopLength)) : columns;
  const result = new Float32Array(length || Math.max(frameSpan(frames, framing) - 2 * pad, 0));
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    window: nFft,
    signal: LANES * hopLength + nFft,
    spectrum: rows * POINT,
    factor: LANES * hopLength + nFft,
  });
  for (let i = 0; i < nFft; i++) areas.window[i] = window[i] / nFft;
  const fft = new RealFft(nFft, kernels, areas);
  const fillFactor = inverseWindowSumSquare(framing, frames);
  const weigh = (samples: Float32Array, at: number) => {
    fillFactor(at + pad, areas.factor.subarray(0, samples.length));
    kernels.multiply(samples.length, samples.byteOffset, areas.factor.byteOffset);
  };
  areas.signal.fill(0);
  for (const { frame, signal } of frameGroups(frames, framing, areas.signal)) {
    areas.spectrum.set(spectrumGroup(spectrogram, frame));
    // Frames beyond the last one stay silent.
    for (let at = 0; frame + LANES > frames && at < areas.spectrum.length; at += LANES) {
      areas.spectrum.fill(0, at + frames - frame, at + LANES);
    }
    fft.inverse(signal, hopLength, areas.window, areas.spectrum);
    const done = frame + LANES < frames ? LANES * hopLength : signal.length;
    passOn(signal, done, result, frame * hopLength - pad, weigh);
  }
  return result;
}
