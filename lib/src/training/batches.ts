import { ParameterError } from '../errors.js';
import type { HubertForSequenceClassification } from '../hubert/models.js';
import { pad } from '../hubert/prepare-audio.js';
import type { PreprocessorConfig } from '../hubert/preprocessor-config.js';
import { tf } from '../tensorflow.js';
import type { ExampleSource, TrainingExample } from './example-source.js';
import type { KeptFeatures } from './kept-features.js';

/** How a batch is made of examples. */
export interface BatchOptions {
  /** What the data set is called in a message, for example `trainDataset`. */
  name: string;
  model: HubertForSequenceClassification;
  /** Says how shorter clips are filled up. */
  featureExtractor?: PreprocessorConfig;
  /** What the frozen feature encoder gave for these examples before. */
  kept?: KeptFeatures;
}

/** What the model takes, and what else there is to know about it. */
export interface Batch {
  input: { attentionMask?: Int32Array[] } & ({ inputValues: Float32Array[] } | { extractFeatures: tf.Tensor3D });
  labels: number[];
  /** Samples of audio, with padding. */
  samples: number;
}

/** A clip, as far as a batch needs it: without its samples where its features are kept. */
interface Row {
  length: number;
  label: number;
  mask?: Int32Array | number;
  inputValues?: Float32Array;
}

/**
 * Reads the batches with these indices, one after the other. Where the feature encoder is frozen, they hold what it
 * gives, and only examples that are not kept yet are asked for. `extractFeatures` belongs to the caller.
 *
 * @throws ParameterError for an example that the model cannot learn from
 */
export async function* readBatches(
  source: ExampleSource,
  batches: readonly (readonly number[])[],
  options: BatchOptions,
): AsyncGenerator<Batch, void> {
  const { kept } = options;
  const plan = batches.map((indices) => ({ indices, missing: new Set(kept ? kept.missing(indices) : indices) }));
  const asked = plan.flatMap(({ indices, missing }) => indices.filter((index) => missing.has(index)));
  const stream = asked.length > 0 ? source.examples(asked)[Symbol.asyncIterator]() : undefined;
  try {
    for (const { indices, missing } of plan) {
      const rows: Row[] = [];
      for (const index of indices) {
        rows.push(missing.has(index) ? await nextRow(stream!, index, options) : kept!.row(index)!);
      }
      yield kept ? await withFeatures(source, indices, rows, options) : withAudio(rows, options);
    }
  } finally {
    await stream?.return?.();
  }
}

async function nextRow(stream: AsyncIterator<TrainingExample>, index: number, options: BatchOptions): Promise<Row> {
  const { value, done } = await stream.next();
  if (done)
    throw new ParameterError(`${options.name} ended before example ${index}; it must give all that are asked for`);
  return checked(value, index, options);
}

function checked(example: TrainingExample, index: number, { name, model }: BatchOptions): Row {
  const { inputValues, attentionMask, label } = example ?? {};
  const { numLabels } = model.config;
  const fail = (reason: string): never => {
    throw new ParameterError(`${name}: example ${index} ${reason}`);
  };
  if (!(inputValues instanceof Float32Array) || inputValues.length === 0) {
    return fail('has no inputValues; give the samples that the feature extractor prepared, as a Float32Array');
  }
  const broken = inputValues.findIndex((sample) => !Number.isFinite(sample));
  if (broken >= 0) return fail(`has the sample ${inputValues[broken]} at ${broken}; audio must be finite everywhere`);
  if (attentionMask && attentionMask.length !== inputValues.length) {
    return fail(`has ${inputValues.length} samples, but an attentionMask of ${attentionMask.length}`);
  }
  if (label !== -100 && (!Number.isInteger(label) || label < 0 || label >= numLabels)) {
    const wanted = `the model has ${numLabels} classes: give a whole number from 0 to ${numLabels - 1}`;
    return fail(`has the label ${label}; ${wanted}, or load the model with the data set's labels`);
  }
  return { length: inputValues.length, label, mask: attentionMask, inputValues };
}

function withAudio(rows: readonly Row[], options: BatchOptions): Batch {
  const { length, attentionMask } = frame(rows, options);
  const { paddingValue = 0, paddingSide = 'right' } = options.featureExtractor ?? {};
  const inputValues = rows.map((row) => pad(row.inputValues!, length, paddingValue, paddingSide));
  return { ...described(rows, length), input: { inputValues, ...(attentionMask && { attentionMask }) } };
}

/** Row by row, so that the features do not depend on which of them are kept. */
async function withFeatures(
  source: ExampleSource,
  indices: readonly number[],
  rows: readonly Row[],
  options: BatchOptions,
): Promise<Batch> {
  const { model, featureExtractor, kept } = options;
  const { paddingValue = 0, paddingSide = 'right' } = featureExtractor ?? {};
  const { length, attentionMask } = frame(rows, options);
  const features: tf.Tensor3D[] = [];
  try {
    for (const [i, index] of indices.entries()) {
      const found = await kept!.get(index, length);
      if (found) {
        features.push(found);
        continue;
      }
      const samples = rows[i].inputValues ?? (await only(source, index, options)).inputValues!;
      const made = model.extractFeatures({ inputValues: [pad(samples, length, paddingValue, paddingSide)] });
      features.push(made);
      const { length: own, label, mask } = rows[i];
      await kept!.put(index, length, { length: own, label, mask }, made);
    }
    const extractFeatures = tf.concat(features, 0); // (B, T, channels)
    return { ...described(rows, length), input: { extractFeatures, ...(attentionMask && { attentionMask }) } };
  } finally {
    tf.dispose(features);
  }
}

/** An example by itself, where its features could not be read again. */
async function only(source: ExampleSource, index: number, options: BatchOptions): Promise<Row> {
  const stream = source.examples([index])[Symbol.asyncIterator]();
  try {
    return await nextRow(stream, index, options);
  } finally {
    await stream.return?.();
  }
}

function described(rows: readonly Row[], length: number): Pick<Batch, 'labels' | 'samples'> {
  return { labels: rows.map(({ label }) => label), samples: rows.length * length };
}

/** The length that all rows are padded to, and what of them is sound where the model is told. */
function frame(
  rows: readonly Row[],
  { name, featureExtractor }: BatchOptions,
): { length: number; attentionMask?: Int32Array[] } {
  const length = Math.max(...rows.map((row) => row.length));
  if (!featureExtractor && rows.some((row) => row.length !== length)) {
    throw new ParameterError(`${name} has clips of different lengths; give the Trainer a featureExtractor to pad them`);
  }
  if (!featureExtractor?.returnAttentionMask && !rows.some((row) => row.mask !== undefined)) return { length };
  const side = featureExtractor?.paddingSide ?? 'right';
  return { length, attentionMask: rows.map((row) => pad(maskOf(row), length, 0, side)) };
}

function maskOf({ length, mask }: Row): Int32Array {
  if (mask instanceof Int32Array) return mask;
  return new Int32Array(length).fill(1, 0, mask);
}
