import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { requireNumbers } from '../numbers.js';
import { requireRate } from '../validation.js';
import { rounded } from './difference.js';
import { judgeNumber } from './exercise.js';
import { judgeFunction } from './trial.js';

/** The exercises of lesson 2, the spectrum. */
export const lesson2 = {
  /**
   * Which bin of 4,096 samples holds 1,000 Hz.
   *
   * @param waveform - the recording, for its sampling rate
   */
  bin(answer: unknown, waveform: Pick<Waveform, 'sampleRate'>): void {
    requireRate('sampleRate', waveform?.sampleRate);
    judgeNumber(answer, {
      name: 'lesson2.bin',
      isRight: (bin) => bin === Math.round((1000 * 4096) / waveform.sampleRate),
      hint: 'how many steps of sampleRate / 4096 are 1,000 Hz? Take the nearest whole number.',
    });
  },

  /** How many samples at 22,050 Hz a frame has at least in which tones 2 Hz apart are four bins apart. */
  samples(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson2.samples',
      isRight: (n) => n === (4 * 22050) / 2,
      hint: 'bins are sampleRate / n apart, and four of them shall be 2 Hz at most.',
    });
  },

  /**
   * Which harmonic of the note is the strongest.
   *
   * @param peaks - the bins of the harmonics, from the fundamental on
   * @param amplitudeDb - the level of each bin, in dB
   */
  harmonic(answer: unknown, peaks: ArrayLike<number>, amplitudeDb: ArrayLike<number>): void {
    const times = strongest(peaks, amplitudeDb);
    judgeNumber(answer, {
      name: 'lesson2.harmonic',
      isRight: (n) => n === times,
      hint: 'look for the largest level in the list, and for how many times the fundamental that is.',
    });
  },

  /**
   * Builds `findPeaks(levels, least)`: the bins, in order, that are higher than both neighbours and at least `least`. The first
   * and the last bin have one neighbour only, and are none.
   *
   * @param answer - the function
   * @param levels - what it is tried with, besides short lists
   * @param least - the level that a peak has at least; -Infinity for any
   */
  findPeaks(answer: unknown, levels: ArrayLike<number>, least: number): void {
    requireNumbers('levels', levels);
    if (typeof least !== 'number' || Number.isNaN(least)) {
      throw new ParameterError(`least is ${least}; give the level that a peak has at least, or -Infinity`);
    }
    // Short lists around the level, in which a 1 stands for it exactly: of them one sees what is wrong.
    const level = (x: number): number => (!Number.isFinite(least) ? x : x === 1 ? least : least + (x - 1));
    const short = [
      [0, 2, 1],
      [0, 2, 1, 3, 1],
      [5, 1, 2, 1, 5],
      [0, 1, 2, 3, 2],
      [0, 2, 2, 0, 3, 0],
      [0, 1, 0, -1, 0, -1],
    ].map((list) => list.map(level));
    judgeFunction(answer, {
      name: 'lesson2.findPeaks',
      trials: [...short, Float64Array.from(levels)].map((list) => ({
        given: `${Array.isArray(list) ? `[${list.map(rounded).join(', ')}]` : `${list.length} levels`} and at least ${least}`,
        inputs: [list, least],
        truth: peaksOf(list, least),
      })),
      hint: 'a peak is higher than the bin before it and the bin after it.',
    });
  },
};

function strongest(peaks: ArrayLike<number>, amplitudeDb: ArrayLike<number>): number {
  requireNumbers('peaks', peaks);
  requireNumbers('amplitudeDb', amplitudeDb);
  if (peaks.length === 0) throw new ParameterError('peaks is empty; give the bins of a note that has harmonics');
  const level = (k: number) => amplitudeDb[k];
  const highest = Array.from(peaks).reduce((best, k) => (level(k) > level(best) ? k : best));
  return Math.round(highest / peaks[0]);
}

function peaksOf(levels: ArrayLike<number>, least: number): number[] {
  const peaks: number[] = [];
  for (let k = 1; k < levels.length - 1; k++) {
    if (levels[k] >= least && levels[k] > levels[k - 1] && levels[k] > levels[k + 1]) peaks.push(k);
  }
  return peaks;
}
