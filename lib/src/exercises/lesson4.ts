import { hzToMel, melFrequencies } from '../dsp/mel.js';
import { isSame, isSameTo, judgeNumber } from './exercise.js';

/** The exercises of lesson 4, the mel spectrogram. */
export const lesson4 = {
  /** How many numbers a second 80 mel bands have with a hop of 160 samples at 16,000 Hz. */
  numbers(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson4.numbers',
      isRight: (n) => isSame(n, (16000 / 160) * 80),
      hint: 'frames a second × bands.',
    });
  },

  /** How many mel 400 Hz are on Slaney's scale, on which 1,000 Hz are 15 mel. */
  mel(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson4.mel',
      isRight: (mel) => isSameTo(2, mel, hzToMel(400)),
      hint: 'the scale is linear below 1,000 Hz.',
    });
  },

  /** In which of 128 mel bands up to 8,000 Hz, counted from 0, the peak is closest to A4, 440 Hz. */
  band(answer: unknown): void {
    judgeNumber(answer, {
      name: 'lesson4.band',
      isRight: (band) => band === closestBand(440),
      hint: 'subtract 440 from each edge and find the smallest difference; band i peaks at edge i + 1.',
    });
  },
};

function closestBand(hz: number): number {
  const distances = Array.from(melFrequencies(130, { fMax: 8000 }), (edge) => Math.abs(edge - hz)).slice(1, -1);
  return distances.indexOf(Math.min(...distances));
}
