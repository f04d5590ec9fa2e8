import type { ExampleSource } from '../dataset/example-source.js';
import { ParameterError } from '../errors.js';
import { type Interruption, uninterrupted } from '../interruption.js';
import { tf } from '../tensor/tensorflow.js';
import { BatchReader } from './run/batch-reader.js';
import type { BatchOptions } from './run/batches.js';
import { evaluationBatches } from './run/sampler.js';
import { speedMetrics } from './speed-metrics.js';

/** What a model said about a data set. */
export interface Prediction {
  /** The logits: a row of classes for each example. */
  predictions: Float32Array[];
  /** What the examples are labelled. */
  labelIds: number[];
}

/** Numbers that tell how good predictions are, by their names: `{ accuracy: 0.8 }`. */
export type ComputeMetrics = (
  prediction: Prediction,
) => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;

/** What {@link evaluate} needs to know. */
export interface EvaluationOptions extends BatchOptions {
  batchSize: number;
  /** What the metrics' names begin with: `eval` or `test`. */
  prefix: string;
  computeMetrics?: ComputeMetrics;
  interruption?: Interruption;
  /** @param done - how many examples so far */
  onProgress?: (done: number) => void;
}

/** Runs the model over a data set, without dropout, and measures loss, metrics and speed. */
export async function evaluate(
  source: ExampleSource,
  options: EvaluationOptions,
): Promise<Prediction & { metrics: Record<string, number> }> {
  const { model, name, prefix, batchSize, interruption = uninterrupted } = options;
  if (source.length === 0) throw new ParameterError(`${name} is empty; give one example at least`);
  const begin = performance.now();
  const predictions: Float32Array[] = [];
  const labelIds: number[] = [];
  const losses: number[] = [];
  const plan = evaluationBatches(source.length, batchSize);
  const reader = new BatchReader(source, plan, options, interruption);
  try {
    for (let batch = await reader.next(); batch; batch = await reader.next()) {
      const { input, labels } = batch;
      model.eval();
      const { logits, loss } = tf.tidy(() => {
        const output = model.forward({ ...input, labels });
        return { logits: output.logits.arraySync(), loss: output.loss!.dataSync()[0] };
      });
      for (const row of logits) predictions.push(Float32Array.from(row));
      for (const label of labels) {
        losses.push(loss);
        labelIds.push(label);
      }
      options.onProgress?.(predictions.length);
    }
  } finally {
    await reader.close();
  }
  const metrics = {
    ...(losses.some(Number.isFinite) && { [`${prefix}_loss`]: mean(losses.filter(Number.isFinite)) }),
    ...prefixed(prefix, (await options.computeMetrics?.({ predictions, labelIds })) ?? {}),
    ...speedMetrics(prefix, performance.now() - begin, { samples: source.length, steps: plan.length }),
  };
  return { predictions, labelIds, metrics };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

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
