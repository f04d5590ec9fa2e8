import { MersenneTwister } from '../dsp/mersenne-twister.js';
import { Randomness } from '../tensor/randomness.js';
import type { ModelConfig } from './config.js';
import type { EncoderInput } from './input.js';
import { computeMaskIndices } from './spec-augment.js';

/** What chance decides in training. */
export interface TrainingChoices {
  /** For dropout, which is drawn number by number. */
  randomness: Randomness;
  /** For each row, the frames that SpecAugment masks: (B, T). */
  timeMask?: boolean[][];
  /** For each row, the channels that SpecAugment masks: (B, C). */
  featureMask?: boolean[][];
  /** For each layer of the transformer, whether layer drop leaves it out. */
  droppedLayers: boolean[];
}

/** Draws for one batch after the other what Python draws once for a whole batch, in its order. */
export function choiceDrawer(config: ModelConfig, seed: number): (batch: EncoderInput) => TrainingChoices {
  const randomness = new Randomness(seed);
  const numbers = new MersenneTwister(seed);
  return (batch) => drawChoices(config, batch, randomness, () => numbers.next());
}

function drawChoices(
  config: ModelConfig,
  batch: EncoderInput,
  randomness: Randomness,
  random: () => number,
): TrainingChoices {
  const { applySpecAugment, maskTimeProb, maskFeatureProb, numHiddenLayers, layerdrop } = config;
  const timeMask =
    applySpecAugment && maskTimeProb > 0
      ? computeMaskIndices(
          {
            shape: [batch.size, batch.frames],
            probability: maskTimeProb,
            length: config.maskTimeLength,
            minMasks: config.maskTimeMinMasks,
            // Transformers' HuBERT draws spans over padding too.
            lengths: config.modelType === 'wav2vec2' ? batch.lengths : undefined,
          },
          random,
        )
      : undefined;
  const featureMask =
    applySpecAugment && maskFeatureProb > 0
      ? computeMaskIndices(
          {
            shape: [batch.size, config.hiddenSize],
            probability: maskFeatureProb,
            length: config.maskFeatureLength,
            minMasks: config.maskFeatureMinMasks,
          },
          random,
        )
      : undefined;
  const droppedLayers = Array.from({ length: numHiddenLayers }, () => layerdrop > 0 && random() < layerdrop);
  return { randomness, timeMask, featureMask, droppedLayers };
}

/** The choices for `count` rows of a batch, from row `first` on. */
export function choicesForRows(choices: TrainingChoices, first: number, count: number): TrainingChoices {
  const rows = (mask: boolean[][] | undefined) => mask?.slice(first, first + count);
  return { ...choices, timeMask: rows(choices.timeMask), featureMask: rows(choices.featureMask) };
}
