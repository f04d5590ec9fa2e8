import { MersenneTwister } from '../dsp/mersenne-twister.js';
import { Randomness } from '../tensor/randomness.js';
import type { ModelConfig } from './config.js';
import type { EncoderInput } from './input.js';
import { computeMaskIndices, type MaskOptions } from './spec-augment.js';

/** What is masked in a batch, by SpecAugment or in pre-training. */
export interface SpanMasks {
  /** For each row, the frames that become a learned vector: (B, T). */
  timeMask?: boolean[][];
  /** For each row, the channels that become 0: (B, C). */
  featureMask?: boolean[][];
}

/** What chance decides in training. */
export interface TrainingChoices extends SpanMasks {
  /** For dropout, which is drawn number by number. */
  randomness: Randomness;
  /** For each layer of the transformer, whether layer drop leaves it out. */
  droppedLayers: boolean[];
}

/** Draws for one batch after the other what Python draws once for a whole batch, in its order. */
export function choiceDrawer(config: ModelConfig, seed: number): (batch: EncoderInput) => TrainingChoices {
  const randomness = new Randomness(seed);
  const numbers = new MersenneTwister(seed);
  const random = () => numbers.next();
  const mask = (options: MaskOptions) =>
    config.applySpecAugment && options.probability > 0 ? computeMaskIndices(options, random) : undefined;
  return ({ size, frames, lengths }) => ({
    randomness,
    timeMask: mask({
      shape: [size, frames],
      probability: config.maskTimeProb,
      length: config.maskTimeLength,
      minMasks: config.maskTimeMinMasks,
      // Transformers' HuBERT draws spans over padding too.
      lengths: config.modelType === 'wav2vec2' ? lengths : undefined,
    }),
    featureMask: mask({
      shape: [size, config.hiddenSize],
      probability: config.maskFeatureProb,
      length: config.maskFeatureLength,
      minMasks: config.maskFeatureMinMasks,
    }),
    droppedLayers: Array.from(
      { length: config.numHiddenLayers },
      () => config.layerdrop > 0 && random() < config.layerdrop,
    ),
  });
}

/** The choices for `count` rows of a batch, from row `first` on. */
export function choicesForRows<C extends SpanMasks>(choices: C, first: number, count: number): C {
  const rows = (mask: boolean[][] | undefined) => mask?.slice(first, first + count);
  return { ...choices, timeMask: rows(choices.timeMask), featureMask: rows(choices.featureMask) };
}
