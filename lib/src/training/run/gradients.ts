import { addGradients } from '../../tensor/gradient-tape.js';
import { tf } from '../../tensor/tensorflow.js';
import type { TrainableModel } from '../trainable-model.js';
import type { BatchReader } from './batch-reader.js';

/** The gradients of several batches, added up. They belong to the caller. */
export interface Accumulated {
  gradients: tf.NamedTensorMap;
  /** The loss of each batch. */
  losses: number[];
  /** Samples of audio, with padding. */
  samples: number;
  /** Whether they are those of all batches. */
  isWhole: boolean;
}

/**
 * Runs the model forwards and backwards over the next batches.
 *
 * @param seedOf - the seed of a batch's random numbers, by its number
 * @param goesOn - is asked between two batches
 */
export async function accumulateGradients(
  model: TrainableModel,
  reader: BatchReader,
  batches: number,
  seedOf: (batch: number) => number,
  goesOn: () => Promise<boolean>,
): Promise<Accumulated> {
  const result: Accumulated = { gradients: {}, losses: [], samples: 0, isWhole: true };
  try {
    for (let i = 0; i < batches; i++) {
      const { input, labels, frameLabels, samples } = (await reader.next())!;
      model.train({ seed: seedOf(i) });
      const { loss, logits, gradients } = model.lossAndGradients({ ...input, labels, frameLabels });
      result.gradients = addGradients(result.gradients, gradients);
      result.losses.push(loss.dataSync()[0]);
      result.samples += samples;
      tf.dispose(logits ? [loss, logits] : loss);
      if (i < batches - 1 && !(await goesOn())) return { ...result, isWhole: false };
    }
    return result;
  } catch (error) {
    tf.dispose(result.gradients);
    throw error;
  }
}
