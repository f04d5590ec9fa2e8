import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { requireNumbers } from '../numbers.js';
import { requireRate } from '../validation.js';
import { judgeNumber } from './exercise.js';

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
};

function strongest(peaks: ArrayLike<number>, amplitudeDb: ArrayLike<number>): number {
  requireNumbers('peaks', peaks);
  requireNumbers('amplitudeDb', amplitudeDb);
  if (peaks.length === 0) throw new ParameterError('peaks is empty; give the bins of a note that has harmonics');
  const level = (k: number) => amplitudeDb[k];
  const highest = Array.from(peaks).reduce((best, k) => (level(k) > level(best) ? k : best));
  return Math.round(highest / peaks[0]);
}
