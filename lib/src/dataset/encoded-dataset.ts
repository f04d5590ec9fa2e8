import { availableParallelism } from 'node:os';
import { AudioDecodeError, DatasetError } from '../errors.js';
import { completeConfig, type PreprocessorConfig } from '../feature-extractor/preprocessor-config.js';
import { requireChoice, requireInteger, requireNumber, requirePositive } from '../validation.js';
import { type AugmentOptions, completeAugmentation } from './augment/augment-options.js';
import { drawChanges } from './augment/draw-changes.js';
import { lengthsOnce } from './clip-lengths.js';
import { clipPool } from './clip-pool.js';
import type { ClipTask } from './decode-clip.js';
import type { ExampleSource, ShortestExample, TrainingExample } from './example-source.js';

/** How {@link AudioDataset.preprocess} prepares clips. */
export interface PreprocessOptions {
  /** Longer clips are cut, in s; default 30. */
  maxDuration?: number;
  /**
   * In training, cut another segment of `maxDuration` out of each longer clip in each epoch, as `random_subsample` does in
   * Transformers' example of audio classification; default false: clips are cut after `maxDuration`, as in evaluations.
   */
  randomSegment?: boolean;
  /**
   * In evaluations, how many segments of `maxDuration` are cut out of each longer clip, evenly from its beginning to its end;
   * the mean of their logits is the clip's. Default 1: its beginning.
   */
  evalSegments?: number;
  /** How clips are changed in training, in each epoch anew; default not at all. */
  augment?: AugmentOptions;
  /** The column to learn; default the first of class labels. */
  labelColumn?: string;
  /**
   * What to do with a file that cannot be decoded, or is shorter than the model's frames: throw (the default), or name it
   * once and leave it out.
   */
  onError?: 'throw' | 'skip';
  /** Threads that decode; default as many as cores, at most 4. 0 decodes in the calling thread. */
  numWorkers?: number;
  /** Clips that are decoded before they are asked for; default 16. */
  readAhead?: number;
  /**
   * How much of what was decoded is kept for the next epochs, in MB; default 512. What differs in each epoch is decoded
   * anew, its segment alone where that is possible.
   */
  keep?: number;
}

/** Clips that a model can learn from, decoded while it computes. */
export interface EncodedDataset extends ExampleSource {
  /** The class of each row, from 0; −100 where it has none. */
  readonly labels: readonly number[];
  /** Files that could not be decoded or are too short, so far, where they are left out. */
  readonly skipped: readonly string[];
  /**
   * How many samples the model gets of each row: by the headers of the files, without decoding them and once for all
   * calls, unless there is a column of this name. Clips that are left out, for they cannot be read or are too short, get
   * lengths of others, so that no batch is made of them alone.
   *
   * @throws AudioDecodeError, which names the file, where one cannot be read, and none is to be left out
   * @throws ParameterError for a column that there is not, unless it is 'length'
   */
  lengths(column?: string, shortest?: ShortestExample): Promise<readonly number[]>;
  /**
   * The examples at `indices`, in this order. Their arrays are kept for the next time: do not write into them.
   *
   * @param seedOf - makes examples for training: what chance decides about the one at `index` follows from `seedOf(index)`
   * @throws ParameterError for an index out of range
   * @throws AudioDecodeError, which names the file, where one cannot be decoded or is too short, and none is to be left out
   * @throws DatasetError if a thread ends
   */
  examples(
    indices: readonly number[],
    shortest?: ShortestExample,
    seedOf?: (index: number) => number,
  ): AsyncIterable<TrainingExample>;
  /** Ends the threads and forgets what was decoded. They do not keep the process alive; a later call starts them again. */
  close(): Promise<void>;
}

/**
 * Files with their labels, as examples; see {@link AudioDataset.preprocess}.
 *
 * @param column - what else is known of the rows, by the name of its column
 */
export function encodedDataset(
  files: readonly string[],
  labels: readonly number[],
  featureExtractor: PreprocessorConfig,
  options: PreprocessOptions,
  column: (name: string) => readonly unknown[] | undefined = () => undefined,
): EncodedDataset {
  const { maxDuration = 30, onError = 'throw', readAhead = 16, keep = 512 } = options;
  const { randomSegment = false, evalSegments = 1, augment = {} } = options;
  const { numWorkers = Math.min(availableParallelism(), 4) } = options;
  requirePositive('maxDuration', maxDuration);
  requireChoice('randomSegment', randomSegment, [true, false]);
  requireInteger('evalSegments', evalSegments);
  requireChoice('onError', onError, ['throw', 'skip']);
  requireInteger('numWorkers', numWorkers, 0);
  requireInteger('readAhead', readAhead);
  requireNumber('keep', keep, 0);
  const augmentation = completeAugmentation(augment);
  const differsByEpoch = randomSegment || Object.keys(augmentation).length > 0;
  const extractor = completeConfig(featureExtractor);
  const maxLength = Math.max(1, Math.trunc(maxDuration * extractor.samplingRate));
  const limits = { samplingRate: extractor.samplingRate, maxLength, leavesOut: onError === 'skip' };
  const headerLengths = lengthsOnce(files, limits);
  const kept = new Map<number, Float32Array[]>();
  /** The one segment that training takes, where evaluations take several. */
  const keptOnes = evalSegments > 1 ? new Map<number, Float32Array[]>() : kept;
  const broken = new Map<number, string>();
  /** In the segment that chance chose: another may be whole, so that each epoch tries anew, also after a resumption. */
  const damaged = new Map<number, string>();
  const short = new Map<number, string>();
  let room = keep * 1e6;
  let pool: ReturnType<typeof clipPool> | undefined;

  /**
   * @param seed - of what chance decides about the clip; undefined in an evaluation
   * @returns the clip or its segments; undefined for a file that is left out
   */
  async function decode(
    index: number,
    cancelled: SharedArrayBuffer,
    seed?: number,
  ): Promise<Float32Array[] | undefined> {
    const random: ClipTask['random'] =
      seed === undefined || !differsByEpoch
        ? undefined
        : { segment: randomSegment, changes: drawChanges(augmentation, seed) };
    const own = seed === undefined ? kept : keptOnes;
    const known = random ? undefined : own.get(index);
    if (known || (!random && broken.has(index))) return known;
    pool ??= clipPool(numWorkers);
    const file = files[index];
    try {
      const task = { file, extractor, maxLength, segments: seed === undefined ? evalSegments : 1, random };
      const values = await pool.run(task, cancelled);
      if (!values) throw new DatasetError(`the data set was closed before ${file} was decoded`);
      // Rows come in another order in each epoch: what was kept first is as good as any other, and nothing has to go.
      const bytes = values.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (!random && bytes <= room && !own.has(index)) {
        room -= bytes;
        own.set(index, values);
      }
      return values;
    } catch (error) {
      if (onError === 'throw' || !(error instanceof AudioDecodeError)) throw error;
      leaveOut(index, random ? damaged : broken, error.message);
      return undefined;
    }
  }

  function leaveOut(index: number, as: Map<number, string>, why: string): void {
    if (!as.has(index)) console.warn(`${why}. It is left out`);
    as.set(index, files[index]);
  }

  /** Whether a clip is long enough; it may be for evaluation and not for training. */
  function suffices(index: number, { length }: Float32Array, { samples, reason }: ShortestExample): boolean {
    if (length >= samples) return true;
    const why = `${files[index]} has ${length} samples at ${extractor.samplingRate} Hz; ${reason}`;
    if (onError === 'throw') throw new AudioDecodeError(`${why}. preprocess with onError: 'skip' leaves it out`);
    leaveOut(index, short, why);
    return false;
  }

  async function* examples(
    indices: readonly number[],
    shortest?: ShortestExample,
    seedOf?: (index: number) => number,
  ): AsyncGenerator<TrainingExample> {
    for (const index of indices) requireIndex(index, files.length);
    const cancelled = new SharedArrayBuffer(4);
    const ahead = numWorkers === 0 ? 1 : readAhead;
    const coming: Promise<Float32Array[] | undefined>[] = [];
    let next = 0;
    try {
      for (const index of indices) {
        for (; next < indices.length && coming.length < ahead; next++) {
          const values = decode(indices[next], cancelled, seedOf?.(indices[next]));
          // An error is for whoever comes to this clip, who may not have come yet.
          values.catch(() => {});
          coming.push(values);
        }
        const segments = await coming.shift();
        if (!segments || (shortest && !suffices(index, segments[0], shortest))) continue;
        const [inputValues] = segments;
        const example = {
          inputValues,
          label: labels[index],
          ...(segments.length > 1 && { segments }),
          ...(onError === 'skip' && { index }),
        };
        // Nothing is padded yet.
        if (extractor.returnAttentionMask)
          yield { ...example, attentionMask: new Int32Array(inputValues.length).fill(1) };
        else yield example;
      }
    } finally {
      Atomics.store(new Int32Array(cancelled), 0, 1);
    }
  }

  return {
    length: files.length,
    leavesOut: onError === 'skip',
    differsByEpoch,
    evalSegments,
    labels,
    nameOf: (index) => files[index],
    get skipped() {
      return [...new Map([...broken, ...damaged, ...short]).values()];
    },
    async lengths(name, shortest) {
      const known = name === undefined ? undefined : column(name);
      return known ? (known as number[]) : headerLengths(shortest?.samples ?? 1);
    },
    examples,
    async close() {
      const closing = pool;
      pool = undefined;
      kept.clear();
      keptOnes.clear();
      room = keep * 1e6;
      await closing?.close();
    },
  };
}

/** Throws a ParameterError unless there is a row of this number. */
export function requireIndex(index: number, rows: number): void {
  requireInteger('index', index, 0);
  requireNumber('index', index, 0, rows - 1);
}
