import { judgeNumber } from './exercise.js';

/** The exercises of lesson 3, the short-time Fourier transform. */
export const lesson3 = {
  /** How many frames 10 s at 22,050 Hz have with a hop of 512, where frames are centred. */
  frames(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson3.frames',
      isRight: (n) => n === 1 + Math.floor((10 * 22050) / 512),
      hint: 'frame 0, and one more for each whole hop: how many hops are 220,500 samples?',
    });
  },

  /** How many samples 25 ms at 16,000 Hz are. */
  samples(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson3.samples',
      isRight: (n) => n === (25 * 16000) / 1000,
      hint: 'seconds × samples a second.',
    });
  },

  /** The smallest power of two for `nFft` at 22,050 Hz in which notes 10 Hz apart are four bins apart. */
  nFft(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson3.nFft',
      isRight: (n) => n === 2 ** Math.ceil(Math.log2((4 * 22050) / 10)),
      hint: 'four times sampleRate / nFft must not exceed 10, and nFft is a power of two.',
    });
  },
};
