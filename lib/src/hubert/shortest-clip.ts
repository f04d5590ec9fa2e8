import { type ModelConfig, receptiveField } from './config.js';

/** The shortest clip that a model can take by itself, in whatever batch it comes. */
export interface ShortestClip {
  /** At the model's sampling rate. */
  samples: number;
  /** What needs so many. */
  reason: string;
}

/**
 * The shortest clip of a batch: one frame, and in training one span that SpecAugment masks. Shorter ones would pass or fail by
 * what chance puts beside them.
 */
export function shortestClip(config: ModelConfig, isTraining: boolean): ShortestClip {
  const isMasked = isTraining && config.applySpecAugment && config.maskTimeProb > 0;
  const frames = isMasked ? config.maskTimeLength : 1;
  const samples = receptiveField(config, frames);
  const what = frames === 1 ? 'a frame of the model' : `a span that SpecAugment masks (mask_time_length ${frames})`;
  return { samples, reason: `${what} needs at least ${samples}` };
}
