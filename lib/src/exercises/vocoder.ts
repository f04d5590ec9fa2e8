import { isSame, isSameTo, judgeNumber } from './exercise.js';

const HOP = 256;

/** The exercises of the lesson on vocoders. */
export const vocoder = {
  /** How many samples there are for each number of a mel spectrogram of 80 bands with a hop of 256. */
  samples(answer: unknown): void {
    judgeNumber(answer, {
      name: 'vocoder.samples',
      isRight: (samples) => isSame(samples, HOP / 80),
      hint: 'a frame has 80 numbers, and stands for 256 samples.',
    });
  },

  /** How far apart the tones of a sound are that repeats itself after 256 samples at 24,000 Hz, in Hz. */
  tones(answer: unknown): void {
    judgeNumber(answer, {
      name: 'vocoder.tones',
      isRight: (hz) => isSame(hz, 24000 / HOP),
      hint: 'how many times a second does a sound repeat itself that does so after 256 samples?',
    });
  },

  /** By how much the phase of 440 Hz turns in 256 samples at 22,050 Hz, between 0 and 2π, to two digits after the point. */
  turn(answer: unknown): void {
    const turns = (440 * HOP) / 22050;
    judgeNumber(answer, {
      name: 'vocoder.turn',
      isRight: (radians) => isSameTo(2, radians, 2 * Math.PI * (turns % 1)),
      hint: 'how many turns are 256 / 22050 s at 440 Hz? Whole turns do not count.',
    });
  },
};
