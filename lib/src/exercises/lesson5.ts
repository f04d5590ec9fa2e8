import { ParameterError } from '../errors.js';
import { frameCount, type ModelConfig, receptiveField } from '../hubert/config.js';
import { told } from '../numbers.js';
import { isSame, judgeNumber } from './exercise.js';

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
};

function requireConfig(config: Convolutions): void {
  if (Array.isArray(config?.convKernel) && Array.isArray(config.convStride)) return;
  throw new ParameterError(`config is ${told(config)}; give the configuration of a model, model.config`);
}
