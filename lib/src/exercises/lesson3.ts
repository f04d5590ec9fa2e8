import { hann } from '../dsp/window.js';
import { ParameterError } from '../errors.js';
import { requireSamples } from '../numbers.js';
import { requireInteger } from '../validation.js';
import { judgeNumber } from './exercise.js';
import { judgeFunction } from './trial.js';

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

  /**
   * Builds `overlapAdd(frames, hopLength)`: frames of the same length, each `hopLength` samples after the one before, added up
   * to one sound that ends with the last of them.
   *
   * @param answer - the function
   * @param samples - of which the frames are cut, with Hann's window
   * @param frameLength - in samples
   * @param hopLength - in samples, from 1 to `frameLength`
   */
  overlapAdd(answer: unknown, samples: Float32Array, frameLength: number, hopLength: number): void {
    requireSamples('samples', samples);
    requireInteger('frameLength', frameLength);
    requireInteger('hopLength', hopLength);
    if (samples.length < frameLength) {
      throw new ParameterError(`samples has ${samples.length}; give at least the ${frameLength} of a frame`);
    }
    const count = Math.min(20, 1 + Math.floor((samples.length - frameLength) / hopLength));
    const window = hann(frameLength);
    const long = Array.from({ length: count }, (_, t) => window.map((w, i) => w * samples[t * hopLength + i]));
    const short = [
      { frames: [[1, 2, 3]], hop: 3 },
      {
        frames: [
          [1, 2],
          [3, 4],
        ],
        hop: 2,
      },
      ...(hopLength < frameLength
        ? [
            {
              frames: [
                [1, 2, 3],
                [10, 20, 30],
              ],
              hop: 1,
            },
          ]
        : []),
    ];
    judgeFunction(answer, {
      name: 'lesson3.overlapAdd',
      trials: [
        ...short.map(({ frames, hop }) => ({
          given: `the frames ${JSON.stringify(frames)} with a hop of ${hop}`,
          inputs: [frames.map((frame) => Float64Array.from(frame)), hop],
          truth: added(frames, hop),
        })),
        {
          given: `${count} frames of ${frameLength} samples with a hop of ${hopLength}`,
          inputs: [long, hopLength],
          truth: added(long, hopLength),
        },
      ],
      hint: 'sample i of frame t belongs to place t * hopLength + i, and is added to what is there.',
      tolerance: 1e-5,
    });
  },
};

function added(frames: readonly ArrayLike<number>[], hopLength: number): Float64Array {
  const sum = new Float64Array((frames.length - 1) * hopLength + frames[0].length);
  for (const [t, frame] of frames.entries()) {
    for (let i = 0; i < frame.length; i++) sum[t * hopLength + i] += frame[i];
  }
  return sum;
}
