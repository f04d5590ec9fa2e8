import { ParameterError } from '../errors.js';
import { requireChoice, requireInteger, requireNumber } from '../validation.js';
import { fftAreas, findPeak, RealFft, reserve } from './engine.js';
import type { FloatMatrix } from './float-matrix.js';
import { copyPadded, countFrames, inverseWindowSum, type PadMode, requirePadding } from './frames.js';
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
    balance: samples,
    signal: (4 * groups - 1) * hopLength + nFft,
    magnitude: groups * bins * 4,
    spectrum: groups * bins * 8,
    previous: groups * bins * 8,
  });
  findPeak('magnitude', magnitude.data, kernels, areas.spectrum);
  areas.analysis.set(window);
  for (let i = 0; i < nFft; i++) areas.synthesis[i] = window[i] / nFft;
  inverseWindowSum(framing, frames)(pad, areas.balance);
  const fft = new RealFft(nFft, kernels, areas);
  const target = areas.magnitude.byteOffset;
  const previous = areas.previous.byteOffset;
  const spectrum = (g: number) => areas.spectrum.byteOffset + g * bins * 32;
  const signal = (g: number) => areas.signal.byteOffset + 16 * g * hopLength;
  const inside = areas.signal.subarray(pad, pad + samples);

  // The phases to begin with lie where no previous spectrum does yet.
  const turns = areas.previous.subarray(0, groups * bins * 4).fill(0);
  areas.magnitude.fill(0);
  const random = init === 'random' ? new MersenneTwister(seed) : undefined;
  const row = new Float32Array(frames);
  for (let k = 0; k < bins; k++) {
    toLanes(magnitude.data.subarray(k * frames, (k + 1) * frames), areas.magnitude, k, bins);
    if (random) toLanes(fillTurns(row, random), turns, k, bins);
  }
  kernels.polar(groups * bins, target, previous, spectrum(0));
  areas.previous.fill(0);

  const invert = () => {
    areas.signal.fill(0);
    for (let g = 0; g < groups; g++) {
      fft.inverse(signal(g), hopLength, areas.synthesis, spectrum(g), spectrum(g) + 16, 32);
    }
    kernels.weigh(samples, inside.byteOffset, areas.balance.byteOffset);
  };
  for (let iteration = 0; iteration < nIter; iteration++) {
    invert();
    copyPadded(inside, -pad, areas.signal, padMode);
    for (let g = 0; g < groups; g++) {
      fft.forward(signal(g), hopLength, areas.analysis, spectrum(g), spectrum(g) + 16, 32);
    }
    kernels.rephase(groups * bins, spectrum(0), previous, target, iteration === 0 ? 0 : momentum / (1 + momentum));
  }
  invert();
  return inside.slice();
}

/** Random parts of a turn, in [−½, ½): there float32 keeps most digits. */
function fillTurns(row: Float32Array, random: MersenneTwister): Float32Array {
  for (let t = 0; t < row.length; t++) {
    const turn = random.next();
    row[t] = turn < 0.5 ? turn : turn - 1;
  }
  return row;
}

/** Writes bin `k` of all frames into the groups of four. */
function toLanes(row: Float32Array, groups: Float32Array, k: number, bins: number): void {
  for (let t = 0, at = 4 * k; t < row.length; t += 4, at += 4 * bins) {
    for (let lane = 0; lane < Math.min(4, row.length - t); lane++) groups[at + lane] = row[t + lane];
  }
}
