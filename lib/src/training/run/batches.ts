import type { ExampleSource, TrainingExample } from '../../dataset/example-source.js';
import { ParameterError } from '../../errors.js';
import { pad } from '../../feature-extractor/prepare-audio.js';
import { shortestClip } from '../../hubert/shortest-clip.js';
import type { MixedLabels } from '../../tensor/cross-entropy.js';
import { tf } from '../../tensor/tensorflow.js';
import { firstNotFinite, noteFinite } from '../../validation.js';
import { type CachedClip, type FeatureCache, segmentsOf } from '../feature-cache.js';
import type { TrainableModel } from '../trainable-model.js';
import type { TrainingContext } from '../trainer-options.js';

/** Where the examples of batches come from. */
export interface BatchSource {
  /** What the data set is called in a message, for example `trainDataset`. */
  name: string;
  source: ExampleSource;
  /** What the frozen feature encoder gave for these examples before. */
  cache?: FeatureCache;
  /** Gives that cache, where it is another, or none, once the feature encoder has been trained. */
  cacheNow?: () => FeatureCache | undefined;
  /** Whether the model learns from them. */
  isTraining?: boolean;
  /** In training, the seed of what chance decides about an example in this epoch. */
  seedOf?: (index: number) => number;
}

/** What the model takes, the true classes, and what else there is to know. */
export interface LabelledBatch {
  input: { attentionMask?: Int32Array[] } & ({ inputValues: Float32Array[] } | { extractFeatures: tf.Tensor3D });
  labels: number[];
  /** How many rows of the input each example has, one after the other: its segments. */
  segments: number[];
  /** For each row a second class and its share, where rows are mixed. */
  mixed?: MixedLabels;
  /** Where the examples have them. */
  frameLabels?: NonNullable<TrainingExample['frameLabels']>[];
  /** Samples of audio, with padding. */
  samples: number;
}

/** A clip, as far as a batch needs it: without its samples where its features are cached. */
interface Row extends CachedClip {
  /** Of each segment. */
  inputValues?: readonly Float32Array[];
}

/**
 * Reads the batches with these indices, one after the other. Where the feature encoder is frozen, they hold what it
 * gives, and only examples that are not cached yet are asked for. `extractFeatures` belongs to the caller.
 *
 * @returns undefined for a batch of an evaluation that is left out as a whole
 * @throws ParameterError for an example that the model cannot learn from, and for such a batch in training
 */
export async function* readBatches(
  context: TrainingContext,
  from: BatchSource,
  batches: readonly (readonly number[])[],
): AsyncGenerator<LabelledBatch | undefined, void> {
  const { cache } = from;
  const reads = batches.map((indices) => ({ indices, asked: new Set(cache ? cache.uncached(indices) : indices) }));
  const asked = reads.flatMap((read) => read.indices.filter((index) => read.asked.has(index)));
  const stream = asked.length > 0 ? new RowStream(context, from, asked) : undefined;
  try {
    for (const { indices, asked } of reads) {
      const rows = new Map<number, Row>();
      for (const index of indices) {
        const row = asked.has(index) ? await stream!.next(index) : cache!.clip(index);
        if (row) rows.set(index, row);
      }
      if (rows.size === 0 && from.isTraining) {
        const few = `none of the examples ${indices.map((index) => called(from.source, index)).join(', ')}, a batch, can be read`;
        throw new ParameterError(`${from.name}: ${few}; remove their files, or make batches larger`);
      }
      yield rows.size > 0 ? await batchOf(context, from, rows) : undefined;
    }
  } finally {
    await stream?.close();
  }
}

/** The examples of a source as rows, by their indices. */
class RowStream {
  readonly #context: TrainingContext;
  readonly #from: BatchSource;
  readonly #examples: AsyncIterator<TrainingExample>;
  #next: IteratorResult<TrainingExample> | undefined;

  constructor(context: TrainingContext, from: BatchSource, indices: readonly number[]) {
    this.#context = context;
    this.#from = from;
    const shortest = shortestClip(context.model.config, from.isTraining ?? false);
    this.#examples = from.source.examples(indices, shortest, from.seedOf)[Symbol.asyncIterator]();
  }

  /** The next row, which has this index; undefined if the source leaves it out. */
  async next(index: number): Promise<Row | undefined> {
    const { name, source, isTraining = false } = this.#from;
    this.#next ??= await this.#examples.next();
    const { value, done } = this.#next;
    if (source.leavesOut && (done || value.index !== index)) return undefined;
    if (done) throw new ParameterError(`${name} ended before example ${index}; it must give all that are asked for`);
    this.#next = undefined;
    return checked(value, `${name}: example ${called(source, index)}`, this.#context.model, isTraining);
  }

  async close(): Promise<void> {
    await this.#examples.return?.();
  }
}

const called = ({ nameOf }: ExampleSource, index: number): string =>
  nameOf ? `${index} (${nameOf(index)})` : String(index);

function checked(example: TrainingExample, name: string, model: TrainableModel, isTraining: boolean): Row {
  const { inputValues, attentionMask, label, frameLabels } = example ?? {};
  const segments = isTraining || !example?.segments?.length ? [inputValues] : example.segments;
  const fail = (reason: string): never => {
    throw new ParameterError(`${name} ${reason}`);
  };
  if (!(inputValues instanceof Float32Array) || inputValues.length === 0) {
    return fail('has no inputValues; give the samples that the feature extractor prepared, as a Float32Array');
  }
  for (const values of segments) {
    if (values.length !== inputValues.length) return fail('has segments of different lengths; cut them all to one');
    const broken = firstNotFinite(values);
    if (broken >= 0) return fail(`has the sample ${values[broken]} at ${broken}; audio must be finite everywhere`);
  }
  if (frameLabels && segments.length > 1) return fail('has segments, but labels of the frames of one sound');
  if (attentionMask && attentionMask.length !== inputValues.length) {
    return fail(`has ${inputValues.length} samples, but an attentionMask of ${attentionMask.length}`);
  }
  const problem = model.exampleProblem ? model.exampleProblem(example) : classProblem(label, model.config.numLabels);
  if (problem) return fail(problem);
  return {
    length: inputValues.length,
    label,
    frameLabels,
    segments: segments.length,
    mask: attentionMask,
    inputValues: segments,
  };
}

function classProblem(label: number, numLabels: number): string | undefined {
  if (label === -100 || (Number.isInteger(label) && label >= 0 && label < numLabels)) return undefined;
  const wanted = `the model has ${numLabels} classes: give a whole number from 0 to ${numLabels - 1}`;
  return `has the label ${label}; ${wanted}, or load the model with the data set's labels`;
}

/** Pads the rows to the longest, and marks what is sound in them where the model is told. */
async function batchOf(
  context: TrainingContext,
  from: BatchSource,
  byIndex: ReadonlyMap<number, Row>,
): Promise<LabelledBatch> {
  const { paddingValue = 0, paddingSide = 'right', returnAttentionMask } = context.featureExtractor ?? {};
  const rows = [...byIndex.values()];
  const length = Math.max(...rows.map((row) => row.length));
  if (!context.featureExtractor && rows.some((row) => row.length !== length)) {
    const reason = 'has clips of different lengths; give the Trainer a featureExtractor to pad them';
    throw new ParameterError(`${from.name} ${reason}`);
  }
  const isMasked = returnAttentionMask || rows.some((row) => row.mask !== undefined);
  const maskRows = (row: Row) => new Array<Int32Array>(segmentsOf(row)).fill(pad(maskOf(row), length, 0, paddingSide));
  const attentionMask = isMasked ? rows.flatMap(maskRows) : undefined;
  const padded = (values: Float32Array) => noteFinite(pad(values, length, paddingValue, paddingSide));
  const audio = from.cache
    ? { extractFeatures: await featuresOf(context, from, byIndex, length, padded) } // (B, frames, channels)
    : { inputValues: rows.flatMap((row) => row.inputValues!.map(padded)) };
  return {
    input: { ...audio, ...(attentionMask && { attentionMask }) },
    labels: rows.map(({ label }) => label),
    segments: rows.map(segmentsOf),
    ...(rows.every(({ frameLabels }) => frameLabels) && { frameLabels: rows.map((row) => row.frameLabels!) }),
    samples: rows.reduce((sum, row) => sum + segmentsOf(row), 0) * length,
  };
}

/** Row by row, so that the features do not depend on which of them are cached. */
async function featuresOf(
  context: TrainingContext,
  from: BatchSource,
  byIndex: ReadonlyMap<number, Row>,
  length: number,
  padded: (values: Float32Array) => Float32Array,
): Promise<tf.Tensor3D> {
  const cache = from.cache!;
  const features: tf.Tensor3D[] = [];
  try {
    for (const [index, row] of byIndex) {
      let whole = row;
      for (let segment = 0; segment < segmentsOf(row); segment++) {
        const found = await cache.get(index, length, segment);
        if (found) {
          features.push(found);
          continue;
        }
        if (!whole.inputValues) whole = await readAgain(context, from, index);
        const made = context.model.extractFeatures({ inputValues: [padded(whole.inputValues![segment])] });
        features.push(made);
        const { inputValues: _, ...clip } = row;
        await cache.put(index, length, segment, clip, made);
      }
    }
    return tf.concat(features, 0);
  } finally {
    tf.dispose(features);
  }
}

/** An example by itself, where its cached features cannot be read. */
async function readAgain(context: TrainingContext, from: BatchSource, index: number): Promise<Row> {
  const stream = new RowStream(context, from, [index]);
  try {
    const row = await stream.next(index);
    if (row) return row;
    throw new ParameterError(`${from.name}: example ${index} could be read before, and now cannot`);
  } finally {
    await stream.close();
  }
}

function maskOf({ length, mask }: Row): Int32Array {
  if (mask instanceof Int32Array) return mask;
  return new Int32Array(length).fill(1, 0, mask);
}
