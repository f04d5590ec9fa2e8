import type { AbstractMatrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { frameCount, type ModelConfig, receptiveField } from '../hubert/config.js';
import { requireReal, told } from '../numbers.js';
import { draws } from './draws.js';
import { isSame, judgeNumber } from './exercise.js';
import { judgeFunction } from './trial.js';

/** What of a model's configuration the exercises depend on. */
type Convolutions = Pick<ModelConfig, 'convKernel' | 'convStride'>;

/** 30 s at the sampling rate of the models. */
const CLIP = 30 * 16000;

/** The exercises of lesson 5, DistilHuBERT. */
export const lesson5 = {
  /**
   * How many frames a model makes of 30 s.
   *
   * @param config - the model's
   */
  frames(answer: unknown, config: Convolutions): void {
    requireConfig(config);
    judgeNumber(answer, {
      name: 'lesson5.frames',
      isRight: (n) => n === frameCount(config, CLIP),
      hint: '⌊(samples − 400) / 320⌋ + 1, at 16,000 samples a second.',
    });
  },

  /**
   * The smallest number of samples of which a model makes 10 frames.
   *
   * @param config - the model's
   */
  samples(answer: unknown, config: Convolutions): void {
    requireConfig(config);
    judgeNumber(answer, {
      name: 'lesson5.samples',
      isRight: (n) => n === receptiveField(config, 10),
      hint: 'the first frame needs its receptive field, each further one a step more.',
    });
  },

  /**
   * How many weights the attention of one layer has for 30 s.
   *
   * @param config - the model's
   */
  weights(answer: unknown, config: Convolutions & Pick<ModelConfig, 'numAttentionHeads'>): void {
    requireConfig(config);
    judgeNumber(answer, {
      name: 'lesson5.weights',
      isRight: (n) => isSame(n, config.numAttentionHeads * frameCount(config, CLIP) ** 2),
      hint: 'each head has a weight for each pair of frames; exercise 1 has the frames.',
    });
  },

  /**
   * Builds `meanPool(frames, mask)`: the mean of the frames whose mask is 1, channel by channel. The others are padding.
   *
   * @param answer - the function
   * @param states - (frames, channels), what it is tried with
   * @param share - how much of it is sound, in (0, 1]; the rest is padding, at the end, and in a short trial between two frames
   */
  meanPool(answer: unknown, states: AbstractMatrix, share: number): void {
    requireReal('states', states);
    const rows = states.to2DArray().slice(0, 200);
    const count = Math.max(1, Math.round(share * rows.length));
    const next = draws(rows.length + rows[0].length);
    // Padding is no silence: a model makes something of it.
    const padded = rows.map((row, t) => (t < count ? row : row.map(() => 100 * next())));
    const short = [
      [1, 10],
      [3, 30],
      [8, 80],
    ];
    const masks =
      share < 1
        ? [
            { mask: [1, 1, 0], mean: [2, 20] },
            { mask: [1, 0, 1], mean: [4.5, 45] },
          ]
        : [{ mask: [1, 1, 1], mean: [4, 40] }];
    judgeFunction(answer, {
      name: 'lesson5.meanPool',
      trials: [
        ...masks.map(({ mask, mean }) => ({
          given: `the frames ${JSON.stringify(short)} and the mask ${JSON.stringify(mask)}`,
          inputs: [short, mask],
          truth: mean,
        })),
        {
          given: `${rows.length} frames of ${rows[0].length} channels, ${count} of them sound`,
          inputs: [padded, rows.map((_, t) => Number(t < count))],
          truth: rows[0].map((_, channel) => rows.slice(0, count).reduce((sum, row) => sum + row[channel], 0) / count),
        },
      ],
      hint: 'add up the frames whose mask is 1, and divide by how many they are.',
      tolerance: 1e-5,
    });
  },
};

function requireConfig(config: Convolutions): void {
  if (Array.isArray(config?.convKernel) && Array.isArray(config.convStride)) return;
  throw new ParameterError(`config is ${told(config)}; give the configuration of a model, model.config`);
}
