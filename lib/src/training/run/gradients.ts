import { addGradients } from '../../tensor/gradient-tape.js';
import { tf } from '../../tensor/tensorflow.js';
import type { TrainingContext } from '../trainer-options.js';
import type { BatchReader } from './batch-reader.js';
import { mixUp } from './mix-up.js';

/** The gradients of several batches, added up. They belong to the caller. */
export interface Accumulated {
  gradients: tf.NamedTensorMap;
  /** The loss of each batch. */
  losses: number[];
  /** Samples of audio, with padding. */
  samples: number;
}

/**
 * Runs the model forwards and backwards over the next batches.
 *
 * @param seedOf - the seed of a batch's random numbers, by its number
 */
export async function accumulateGradients(
  { model, args }: TrainingContext,
  reader: BatchReader,
  batches: number,
  seedOf: (batch: number) => number,
): Promise<Accumulated> {
  const result: Accumulated = { gradients: {}, losses: [], samples: 0 };
  try {
    for (let i = 0; i < batches; i++) {
      const batch = (await reader.next())!;
      const { labels, frameLabels, samples } = batch;
      const { input, mixed } = mixUp(batch, args, seedOf(i));
      model.train({ seed: seedOf(i) });
      const { loss, logits, gradients } = model.lossAndGradients({
        ...input,
        labels,
        frameLabels,
        ...(mixed && { mixed }),
      });
      result.gradients = addGradients(result.gradients, gradients);
      result.losses.push(loss.dataSync()[0]);
      result.samples += samples;
      tf.dispose(logits ? [loss, logits] : loss);
    }
    return result;
  } catch (error) {
    tf.dispose(result.gradients);
    throw error;
  }
}
