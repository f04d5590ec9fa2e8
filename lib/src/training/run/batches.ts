import type { ExampleSource, TrainingExample } from '../../dataset/example-source.js';
import { ParameterError } from '../../errors.js';
import { pad } from '../../feature-extractor/prepare-audio.js';
import type { PreprocessorConfig } from '../../feature-extractor/preprocessor-config.js';
import type { HubertForSequenceClassification } from '../../hubert/models.js';
import { tf } from '../../tensor/tensorflow.js';
import type { KeptFeatures } from '../feature-cache.js';

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
  const stream = asked.length > 0 ? new RowStream(source, asked, options) : undefined;
  try {
    for (const { indices, missing } of plan) {
      const rows = new Map<number, Row>();
      for (const index of indices) {
        const row = missing.has(index) ? await stream!.next(index) : kept!.row(index);
        if (row) rows.set(index, row);
      }
      if (rows.size === 0) {
        const few = `none of the examples ${indices.join(', ')}, a batch, can be read`;
        throw new ParameterError(`${options.name}: ${few}; remove their files, or make batches larger`);
      }
      yield kept ? await withFeatures(source, rows, options) : withAudio([...rows.values()], options);
    }
  } finally {
    await stream?.close();
  }
}

/** The examples of a source as rows, by their indices. */
class RowStream {
  readonly #source: ExampleSource;
  readonly #options: BatchOptions;
  readonly #examples: AsyncIterator<TrainingExample>;
  #next: IteratorResult<TrainingExample> | undefined;

  constructor(source: ExampleSource, indices: readonly number[], options: BatchOptions) {
    this.#source = source;
    this.#options = options;
    this.#examples = source.examples(indices)[Symbol.asyncIterator]();
  }

  /** The next row, which has this index; undefined if the source leaves it out. */
  async next(index: number): Promise<Row | undefined> {
    this.#next ??= await this.#examples.next();
    const { value, done } = this.#next;
    if (this.#source.leavesOut && (done || value.index !== index)) return undefined;
    if (done) {
      const { name } = this.#options;
      throw new ParameterError(`${name} ended before example ${index}; it must give all that are asked for`);
    }
    this.#next = undefined;
    return checked(value, index, this.#options);
  }

  async close(): Promise<void> {
    await this.#examples.return?.();
  }
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
  byIndex: ReadonlyMap<number, Row>,
  options: BatchOptions,
): Promise<Batch> {
  const { model, featureExtractor, kept } = options;
  const rows = [...byIndex.values()];
  const { paddingValue = 0, paddingSide = 'right' } = featureExtractor ?? {};
  const { length, attentionMask } = frame(rows, options);
  const features: tf.Tensor3D[] = [];
  try {
    for (const [index, row] of byIndex) {
      const found = await kept!.get(index, length);
      if (found) {
        features.push(found);
        continue;
      }
      const samples = row.inputValues ?? (await only(source, index, options)).inputValues!;
      const made = model.extractFeatures({ inputValues: [pad(samples, length, paddingValue, paddingSide)] });
      features.push(made);
      const { length: own, label, mask } = row;
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
  const stream = new RowStream(source, [index], options);
  try {
    const row = await stream.next(index);
    if (row) return row;
    throw new ParameterError(`${options.name}: example ${index} could be read before, and now cannot`);
  } finally {
    await stream.close();
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
