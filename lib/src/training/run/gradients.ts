import { TrainingError } from '../../errors.js';
import type { LossOptions } from '../../hubert/classification-loss.js';
import { classTargets } from '../../tensor/cross-entropy.js';
import { addGradients } from '../../tensor/gradient-tape.js';
import { tf } from '../../tensor/tensorflow.js';
import { divisorOf, lossOptions, type TrainerLoss } from '../trainer-loss.js';
import type { TrainingContext } from '../trainer-options.js';
import type { BatchReader } from './batch-reader.js';
import type { LabelledBatch } from './batches.js';
import { mixUp } from './mix-up.js';

/** The gradients of several batches, added up. They belong to the caller. */
interface Accumulated {
  gradients: tf.NamedTensorMap;
  /** The loss of each batch. */
  losses: number[];
  /** Samples of audio, with padding. */
  samples: number;
  /** Whether they are those of all batches. */
  isWhole: boolean;
}

/**
 * Runs the model forwards and backwards over the next batches, those of an optimiser step.
 *
 * @param seedOf - the seed of a batch's random numbers, by its number
 * @param goesOn - is asked between two batches
 */
export async function accumulateGradients(
  context: TrainingContext,
  reader: BatchReader,
  batches: number,
  seedOf: (batch: number) => number,
  goesOn: () => Promise<boolean>,
): Promise<Accumulated> {
  const { model, args } = context;
  const result: Accumulated = { gradients: {}, losses: [], samples: 0, isWhole: true };
  const mixed = (batch: LabelledBatch, i: number) => mixUp(batch, args, seedOf(i));
  const run = (batch: LabelledBatch, loss?: LossOptions) => {
    const { input, samples, segments: _, ...labels } = batch;
    model.train({ seed: seedOf(result.losses.length) });
    const found = model.lossAndGradients({ ...input, ...labels, ...(loss && { loss }) });
    result.gradients = addGradients(result.gradients, found.gradients);
    const value = found.loss.dataSync()[0];
    result.losses.push(value);
    result.samples += samples;
    tf.dispose(found.logits ? [found.loss, found.logits] : found.loss);
    if (Number.isNaN(value)) requireCounted(context, labels);
  };
  try {
    // What the losses are divided by depends on all labels of the step.
    const step = context.loss && (await reader.nextOf(batches)).map(mixed);
    const losses = step && lossesOf(context, context.loss!, step);
    for (let i = 0; i < batches; i++) {
      run(step ? step[i] : mixed((await reader.next())!, i), losses?.[i]);
      if (i < batches - 1 && !(await goesOn())) return { ...result, isWhole: false };
    }
    return result;
  } catch (error) {
    tf.dispose(result.gradients);
    throw error;
  }
}

/** @throws TrainingError if no clip of a batch counts, so that its loss is the mean of nothing */
function requireCounted({ model, loss }: TrainingContext, labels: Pick<LabelledBatch, 'labels' | 'mixed'>): void {
  if (!model.takesLoss || classTargets(labels, model.config.numLabels, loss).total > 0) return;
  const counted = loss?.classWeights ? ', or of a class that classWeights make 0' : '';
  throw new TrainingError(
    `No clip of a batch counts: all are without a class (−100)${counted}, and the loss is the mean of nothing. ` +
      'Leave such clips out of trainDataset, or give a larger perDeviceTrainBatchSize',
  );
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
