import type { LossOptions } from '../../hubert/classification-loss.js';
import { addGradients } from '../../tensor/gradient-tape.js';
import { tf } from '../../tensor/tensorflow.js';
import { divisorOf, lossOptions, type TrainerLoss } from '../trainer-loss.js';
import type { TrainingContext } from '../trainer-options.js';
import type { BatchReader } from './batch-reader.js';
import type { LabelledBatch } from './batches.js';

/** The gradients of several batches, added up. They belong to the caller. */
export interface Accumulated {
  gradients: tf.NamedTensorMap;
  /** The loss of each batch. */
  losses: number[];
  /** Samples of audio, with padding. */
  samples: number;
}

/**
 * Runs the model forwards and backwards over the next batches, those of an optimiser step.
 *
 * @param seedOf - the seed of a batch's random numbers, by its number
 */
export async function accumulateGradients(
  context: TrainingContext,
  reader: BatchReader,
  batches: number,
  seedOf: (batch: number) => number,
): Promise<Accumulated> {
  const { model } = context;
  const result: Accumulated = { gradients: {}, losses: [], samples: 0 };
  const run = (batch: LabelledBatch, loss?: LossOptions) => {
    const { input, samples, ...labels } = batch;
    model.train({ seed: seedOf(result.losses.length) });
    const found = model.lossAndGradients({ ...input, ...labels, ...(loss && { loss }) });
    result.gradients = addGradients(result.gradients, found.gradients);
    result.losses.push(found.loss.dataSync()[0]);
    result.samples += samples;
    tf.dispose(found.logits ? [found.loss, found.logits] : found.loss);
  };
  try {
    if (context.loss) {
      // What the losses are divided by depends on all labels of the step.
      const step = await reader.nextOf(batches);
      for (const [i, loss] of lossesOf(context, context.loss, step).entries()) run(step[i], loss);
    } else {
      for (let i = 0; i < batches; i++) run((await reader.next())!);
    }
    return result;
  } catch (error) {
    tf.dispose(result.gradients);
    throw error;
  }
}

/** How the loss of each batch of a step is computed. */
function lossesOf(
  { model, lossIsScaledForGa }: TrainingContext,
  loss: TrainerLoss,
  step: readonly LabelledBatch[],
): LossOptions[] {
  const { divisor, numItemsInBatch } = divisorOf(loss, step, model.config.numLabels);
  const options = lossIsScaledForGa ? { divisor, numItemsInBatch } : { numItemsInBatch };
  return step.map((batch) => lossOptions(loss, batch, options));
}
