import { ParameterError } from '../errors.js';
import { requireChoice, requireFinite, requireInteger, requireNumber } from '../parameters.js';
import { fftAreas, RealFft, reserve } from './engine.js';
import { copyPadded, countFrames, inverseWindowSum, type PadMode, requirePadding } from './frames.js';
import type { FloatMatrix } from './matrix.js';
import { MersenneTwister } from './mersenne-twister.js';
import { type IstftOptions, inverseFraming } from './stft.js';

/** Options of {@link griffinLim}. */
export interface GriffinLimOptions extends IstftOptions {
  /** Iterations; default 32. */
  nIter?: number;
  /** Weight of the previous step, from 0 (Griffin and Lim 1984); default 0.99 (fast Griffin-Lim). Above 1 it may diverge. */
  momentum?: number;
  /** The phase to begin with: 'random' (the default), or null for zero. */
  init?: 'random' | null;
  /** Makes 'random' repeatable: the same phases as librosa's `random_state`. */
  seed?: number;
  /** What lies before and after the signal; default 'constant', silence. */
  padMode?: PadMode;
}

/**
 * A signal from magnitudes alone: the phase is guessed, then made consistent by inverting and transforming again, like
 * `librosa.griffinlim` (Griffin and Lim 1984; Perraudin, Balazs and Søndergaard 2013).
 *
 * @param magnitude - 1 + ⌊nFft / 2⌋ rows × frames, as `stft(…).magnitude()`
 * @returns the samples
 * @throws ParameterError for options out of range or magnitudes that are not finite
 *
 * @example
 * const guess = griffinLim(stft(samples).magnitude(), { seed: 0 });
 */
export function griffinLim(magnitude: FloatMatrix, options: GriffinLimOptions = {}): Float32Array {
  const { nFft = 2 * (magnitude.rows - 1), nIter = 32, momentum = 0.99, padMode = 'constant', length } = options;
  const { init = 'random', seed = Math.floor(Math.random() * 2 ** 32) } = options;
  requireInteger('nIter', nIter, 0);
  requireNumber('momentum', momentum, 0);
  requireChoice('init', init, ['random', null]);
  requireInteger('seed', seed, 0);
  if (length !== undefined) requireInteger('length', length);
  const framing = inverseFraming(magnitude.rows, nFft, options);
  requireFinite('magnitude', magnitude.data);
  const { hopLength, window, pad } = framing;
  const { rows: bins, columns: frames } = magnitude;
  const samples = length ?? Math.max(nFft + hopLength * (frames - 1) - 2 * pad, 0);
  requirePadding(samples, padMode, framing);
  if (countFrames(samples, framing) !== frames) {
    throw new ParameterError(
      `length is ${samples}, which makes ${countFrames(samples, framing)} frames of hopLength ${hopLength}; the ` +
        `spectrogram has ${frames}`,
    );
  }

  // Four frames side by side are a group; a spectrum is bins × (four re, four im).
  const groups = Math.ceil(frames / 4);
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    analysis: nFft,
    synthesis: nFft,
    signal: (4 * groups - 1) * hopLength + nFft,
    magnitude: groups * bins * 4,
    spectrum: groups * bins * 8,
    previous: groups * bins * 8,
  });
  areas.analysis.set(window);
  for (let i = 0; i < nFft; i++) areas.synthesis[i] = window[i] / nFft;
  const fft = new RealFft(nFft, kernels, areas);
  areas.magnitude.fill(0);
  areas.spectrum.fill(0);
  const random = init === 'random' ? new MersenneTwister(seed) : undefined;
  for (let k = 0; k < bins; k++) {
    for (let t = 0; t < frames; t++) {
      const group = ((t >> 2) * bins + k) * 4;
      const s = magnitude.data[k * frames + t];
      const angle = random ? 2 * Math.PI * random.next() : 0;
      areas.magnitude[group + (t & 3)] = s;
      areas.spectrum[2 * group + (t & 3)] = s * Math.cos(angle);
      areas.spectrum[2 * group + 4 + (t & 3)] = s * Math.sin(angle);
    }
  }

  const scale = inverseWindowSum(framing, frames);
  const factors = Float32Array.from({ length: samples }, (_, i) => scale(i + pad));
  const result = new Float32Array(samples);
  const spectrum = (g: number) => areas.spectrum.byteOffset + g * bins * 32;
  const signal = (g: number) => areas.signal.byteOffset + 16 * g * hopLength;
  const invert = () => {
    areas.signal.fill(0);
    for (let g = 0; g < groups; g++) {
      fft.inverse(signal(g), hopLength, areas.synthesis, spectrum(g), spectrum(g) + 16, 32);
    }
    for (let i = 0; i < samples; i++) result[i] = areas.signal[i + pad] * factors[i];
  };
  for (let iteration = 0; iteration < nIter; iteration++) {
    invert();
    copyPadded(result, -pad, areas.signal, padMode);
    for (let g = 0; g < groups; g++) {
      fft.forward(signal(g), hopLength, areas.analysis, spectrum(g), spectrum(g) + 16, 32);
    }
    const weight = iteration === 0 ? 0 : momentum / (1 + momentum);
    if (iteration === 0) areas.previous.fill(0);
    const [previous, target] = [areas.previous.byteOffset, areas.magnitude.byteOffset];
    kernels.rephase(groups * bins, spectrum(0), previous, target, weight);
  }
  invert();
  return result;
}
