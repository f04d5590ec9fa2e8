import { ParameterError } from '../errors.js';
import { requireReal } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireInteger, requireNumber } from '../validation.js';
import { fftAreas, findPeak, RealFft, reserve } from './engine.js';
import type { FloatMatrix } from './float-matrix.js';
import {
  copyPadded,
  countFrames,
  frameGroups,
  frameSpan,
  inverseWindowSumSquare,
  type PadMode,
  requirePadding,
} from './frames.js';
import { LANES, POINT } from './lanes.js';
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
 * @see {@link stft}, {@link istft}
 *
 * @example
 * const guess = griffinLim(stft(samples).magnitude(), { seed: 0 });
 */
export function griffinLim(magnitude: FloatMatrix, options: OrNull<GriffinLimOptions> = {}): Float32Array {
  const chosen = given<GriffinLimOptions, 'init'>(options, 'init');
  requireReal('magnitude', magnitude);
  const { nFft = 2 * (magnitude.rows - 1), padMode = 'constant', length } = chosen;
  const { nIter, momentum, init, seed } = resolveGriffinLim(chosen);
  const framing = inverseFraming(magnitude.rows, nFft, chosen);
  const { hopLength, window, pad } = framing;
  const { rows: bins, columns: frames } = magnitude;
  const samples = length ?? Math.max(frameSpan(frames, framing) - 2 * pad, 0);
  requirePadding(samples, padMode, framing);
  if (countFrames(samples, framing) !== frames) {
    throw new ParameterError(
      `length is ${samples}, which makes ${countFrames(samples, framing)} frames of hopLength ${hopLength}; the ` +
        `spectrogram has ${frames}`,
    );
  }

  // Four frames side by side are a group; a spectrum is bins × (four re, four im).
  const groups = Math.ceil(frames / LANES);
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    analysis: nFft,
    synthesis: nFft,
    factor: samples,
    signal: frameSpan(LANES * groups, framing),
    magnitude: groups * bins * LANES,
    spectrum: groups * bins * POINT,
    previous: groups * bins * POINT,
  });
  findPeak('magnitude', magnitude.data, kernels, areas.spectrum);
  areas.analysis.set(window);
  for (let i = 0; i < nFft; i++) areas.synthesis[i] = window[i] / nFft;
  inverseWindowSumSquare(framing, frames)(pad, areas.factor);
  const fft = new RealFft(nFft, kernels, areas);
  const [current, previous, target] = [areas.spectrum, areas.previous, areas.magnitude].map((a) => a.byteOffset);
  const pairs = Array.from(frameGroups(frames, framing, areas.signal), ({ frame, signal }) => ({
    signal,
    spectrum: areas.spectrum.subarray((frame / LANES) * bins * POINT),
  }));
  const inside = areas.signal.subarray(pad, pad + samples);

  // The phases to begin with lie where no previous spectrum does yet.
  const turns = areas.previous.subarray(0, groups * bins * LANES).fill(0);
  areas.magnitude.fill(0);
  const random = init === 'random' ? new MersenneTwister(seed) : undefined;
  const row = new Float32Array(frames);
  for (let k = 0; k < bins; k++) {
    toLanes(magnitude.data.subarray(k * frames, (k + 1) * frames), areas.magnitude, k, bins);
    if (random) toLanes(fillTurns(row, random), turns, k, bins);
  }
  kernels.polar(groups * bins, target, previous, current);
  areas.previous.fill(0);

  const invert = () => {
    areas.signal.fill(0);
    for (const { signal, spectrum } of pairs) fft.inverse(signal, hopLength, areas.synthesis, spectrum);
    kernels.multiply(samples, inside.byteOffset, areas.factor.byteOffset);
  };
  for (let iteration = 0; iteration < nIter; iteration++) {
    invert();
    copyPadded(inside, -pad, areas.signal, padMode);
    for (const { signal, spectrum } of pairs) fft.forward(signal, hopLength, areas.analysis, spectrum);
    kernels.rephase(groups * bins, current, previous, target, iteration === 0 ? 0 : momentum / (1 + momentum));
  }
  invert();
  return inside.slice();
}

/** The options that are Griffin-Lim's own, with every default filled in and checked. */
export function resolveGriffinLim(
  options: GriffinLimOptions,
): Required<Pick<GriffinLimOptions, 'nIter' | 'momentum' | 'init' | 'seed'>> {
  const { nIter = 32, momentum = 0.99, init = 'random', seed = Math.floor(Math.random() * 2 ** 32), length } = options;
  requireInteger('nIter', nIter, 0);
  requireNumber('momentum', momentum, 0);
  requireChoice('init', init, ['random', null]);
  requireInteger('seed', seed, 0);
  if (length !== undefined) requireInteger('length', length);
  return { nIter, momentum, init, seed };
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
  for (let t = 0, at = LANES * k; t < row.length; t += LANES, at += LANES * bins) {
    for (let lane = 0; lane < Math.min(LANES, row.length - t); lane++) groups[at + lane] = row[t + lane];
  }
}
