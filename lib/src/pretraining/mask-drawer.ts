import { MersenneTwister } from '../dsp/mersenne-twister.js';
import type { ModelConfig } from '../hubert/config.js';
import type { EncoderInput } from '../hubert/input.js';
import type { SpanMasks } from '../hubert/training-choices.js';
import type { PretrainingSettings } from './pretraining-options.js';
import { drawSpans } from './span-mask.js';

/** fairseq's least number of masked spans in a clip. */
const MIN_MASKS = 2;

/** Draws what is masked, for one batch after the other: frames of its sound, then channels, as fairseq's `apply_mask`. */
export function maskDrawer(
  { hiddenSize }: ModelConfig,
  settings: PretrainingSettings,
  seed: number,
): (batch: EncoderInput) => SpanMasks {
  const { maskProb, maskLength, maskChannelProb, maskChannelLength } = settings;
  const random = new MersenneTwister(seed);
  return ({ size, frames, lengths }) => {
    // fairseq always has a mask of the padding.
    const sound = lengths ?? new Array<number>(size).fill(frames);
    const shape = [size, frames] as const;
    const timeMask = drawSpans({ shape, maskProb, maskLength, minMasks: MIN_MASKS, lengths: sound }, random);
    if (maskChannelProb === 0) return { timeMask };
    const channels = { shape: [size, hiddenSize] as const, maskProb: maskChannelProb, minMasks: 0 };
    return { timeMask, featureMask: drawSpans({ ...channels, maskLength: maskChannelLength }, random) };
  };
}
