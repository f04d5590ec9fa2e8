import { fftFrequencies } from '../dsp/fft.js';
import { hzToMel, melFilterbank, melFrequencies } from '../dsp/mel.js';
import { isSame, isSameTo, judgeNumber } from './exercise.js';
import { judgeFunction } from './trial.js';

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

  /**
   * Builds `melFilter(frequencies, low, peak, high)`: the triangle that is 1 at the peak and 0 from its feet on, at each
   * frequency; all in Hz.
   *
   * @param answer - the function
   * @param framing - whose bins and bands it is tried with
   * @param nMels - how many bands there are, up to 8,000 Hz or the Nyquist frequency
   */
  melFilter(answer: unknown, { sampleRate, nFft }: { sampleRate: number; nFft: number }, nMels: number): void {
    const fMax = Math.min(8000, sampleRate / 2);
    const bank = melFilterbank({ sampleRate, nFft, nMels, fMax, norm: null });
    const edges = melFrequencies(nMels + 2, { fMax });
    const bins = fftFrequencies({ sampleRate, nFft });
    const bands = Array.from({ length: nMels }, (_, i) => ({ feet: edges.slice(i, i + 3), weights: bank.getRow(i) }));
    judgeFunction(answer, {
      name: 'lesson4.melFilter',
      trials: [
        {
          given: 'the frequencies [0, 100, 150, 200, 300, 400, 500] and the band from 100 over 200 to 400 Hz',
          inputs: [Float64Array.of(0, 100, 150, 200, 300, 400, 500), 100, 200, 400],
          truth: [0, 0, 0.5, 1, 0.5, 0, 0],
        },
        ...bands.map(({ feet: [low, peak, high], weights }, i) => ({
          given: `${bins.length} bins and band ${i} of ${nMels}, from ${low.toFixed(0)} over ${peak.toFixed(0)} to ${high.toFixed(0)} Hz`,
          inputs: [Float64Array.from(bins), low, peak, high],
          truth: weights,
        })),
      ],
      hint: 'it rises from low to peak, falls from peak to high, and is nowhere below 0.',
      tolerance: 1e-5,
    });
  },
};

function closestBand(hz: number): number {
  const distances = Array.from(melFrequencies(130, { fMax: 8000 }), (edge) => Math.abs(edge - hz)).slice(1, -1);
  return distances.indexOf(Math.min(...distances));
}
