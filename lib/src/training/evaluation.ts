import { ParameterError } from '../errors.js';
import { batchLoss } from '../hubert/classification-loss.js';
import type { Interruption } from '../interruption.js';
import { countLabels } from '../tensor/cross-entropy.js';
import { tf } from '../tensor/tensorflow.js';
import { speedMetrics } from './log-metrics.js';
import type { Prediction } from './metrics.js';
import { BatchReader } from './run/batch-reader.js';
import type { BatchSource, LabelledBatch } from './run/batches.js';
import { evaluationBatches } from './run/sampler.js';
import type { Tracker } from './trackers/tracker.js';
import type { BatchOutput } from './trainable-model.js';
import { lossOptions } from './trainer-loss.js';
import type { TrainingContext } from './trainer-options.js';

/** Logits and true classes of a data set, and how good the logits are. */
export type Evaluation = Prediction & { metrics: Record<string, number> };

/**
 * Runs the model over a data set, without dropout, and measures loss, metrics and speed.
 *
 * @param prefix - what the metrics' names begin with: `eval` or `test`
 */
export async function evaluate(
  context: TrainingContext,
  dataset: BatchSource,
  { tracker, interruption }: { tracker: Tracker; interruption: Interruption },
  prefix = 'eval',
): Promise<Evaluation> {
  const { model, args, callbacks, computeMetrics } = context;
  const total = dataset.source.length;
  if (total === 0) throw new ParameterError(`${dataset.name} is empty; give one example at least`);
  const begin = performance.now();
  const predictions: Float32Array[] = [];
  const labelIds: number[] = [];
  const losses: number[] = [];
  // What goes through the model at a time are segments; those of a clip go together.
  const clips = Math.max(1, Math.floor(args.perDeviceEvalBatchSize / (dataset.source.evalSegments ?? 1)));
  const batches = evaluationBatches(total, clips);
  const reader = new BatchReader(context, dataset, batches, interruption);
  try {
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      const { labels } = batch;
      model.eval();
      const { logits, loss } = tf.tidy(() => {
        const output = outputOf(context, batch);
        return { logits: output.logits?.arraySync(), loss: output.loss?.dataSync()[0] };
      });
      for (const row of logits ?? []) predictions.push(Float32Array.from(row));
      // As in Transformers, the loss of a batch counts once for each of its examples.
      if (loss !== undefined && (!logits || countLabels(labels) > 0)) losses.push(...labels.map(() => loss));
      labelIds.push(...labels);
      tracker.evaluating?.({ done: labelIds.length, total });
      await callbacks.call('onPredictionStep');
    }
  } finally {
    await reader.close();
  }
  if (labelIds.length === 0) {
    throw new ParameterError(`${dataset.name}: none of its ${total} examples can be read; look at its files`);
  }
  const metrics = {
    ...(losses.length > 0 && { [`${prefix}_loss`]: meanLoss(losses) }),
    ...prefixed(prefix, (await computeMetrics?.({ predictions, labelIds })) ?? {}),
    ...speedMetrics(prefix, performance.now() - begin, { samples: total, steps: batches.length }),
  };
  return { predictions, labelIds, metrics };
}

/** What the model says about each clip: of one in segments, the mean of their logits, and its loss. */
function outputOf({ model, loss }: TrainingContext, batch: LabelledBatch): BatchOutput {
  const { input, labels, segments, frameLabels } = batch;
  const how = loss && { loss: lossOptions(loss, batch, { numItemsInBatch: countLabels(labels) }) };
  if (segments.every((count) => count === 1)) return model.forward({ ...input, labels, frameLabels, ...how });
  const repeated = labels.flatMap((label, i) => new Array<number>(segments[i]).fill(label));
  const { logits } = model.forward({ ...input, labels: repeated });
  if (!logits) throw noLogits();
  const parts = tf.split(logits, segments); // of each clip (segments, classes)
  const mean = tf.stack(parts.map((part) => tf.mean(part, 0))) as tf.Tensor2D; // (clips, classes)
  return { logits: mean, loss: batchLoss(mean, { labels, ...how }) };
}

/** For a model that is no classifier of examples. */
export const noLogits = (): ParameterError =>
  new ParameterError('evalSegments takes the mean of logits, and this model gives none; leave it out of preprocess');

/** Of the batches whose loss is finite, where there are any; else it says what the losses are. */
function meanLoss(losses: readonly number[]): number {
  const finite = losses.filter(Number.isFinite);
  const counted = finite.length > 0 ? finite : losses;
  return counted.reduce((sum, loss) => sum + loss, 0) / counted.length;
}

function prefixed(prefix: string, metrics: Readonly<Record<string, number>>): Record<string, number> {
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value !== 'number') {
      throw new ParameterError(`computeMetrics gave ${name}: ${JSON.stringify(value)}; give a number for each name`);
    }
  }
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`, value]),
  );
}
