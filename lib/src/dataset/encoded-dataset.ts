import { availableParallelism } from 'node:os';
import { AudioDecodeError, DatasetError } from '../errors.js';
import { completeConfig, type PreprocessorConfig } from '../feature-extractor/preprocessor-config.js';
import { requireChoice, requireInteger, requireNumber, requirePositive } from '../validation.js';
import { clipLengths } from './clip-lengths.js';
import { clipPool } from './clip-pool.js';
import type { ExampleSource, ShortestExample, TrainingExample } from './example-source.js';

/** How {@link AudioDataset.preprocess} prepares clips. */
export interface PreprocessOptions {
  /** Longer clips are cut, in s; default 30. */
  maxDuration?: number;
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
  /** How much of what was decoded is kept for the next epochs, in MB; default 512. */
  keep?: number;
}

/** Clips that a model can learn from, decoded while it computes. */
export interface EncodedDataset extends ExampleSource {
  /** The class of each row, from 0; −100 where it has none. */
  readonly labels: readonly number[];
  /** Files that could not be decoded or are too short, so far, where they are left out. */
  readonly skipped: readonly string[];
  /**
   * How many samples the model gets of each row: by the headers of the files, without decoding them, unless there is a
   * column of this name.
   *
   * @throws AudioDecodeError, which names the file, where one cannot be read, and none is to be left out
   */
  lengths(column?: string): Promise<readonly number[]>;
  /**
   * The examples at `indices`, in this order. Their arrays are kept for the next time: do not write into them.
   *
   * @throws ParameterError for an index out of range
   * @throws AudioDecodeError, which names the file, where one cannot be decoded or is too short, and none is to be left out
   * @throws DatasetError if a thread ends
   */
  examples(indices: readonly number[], shortest?: ShortestExample): AsyncIterable<TrainingExample>;
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
  const { numWorkers = Math.min(availableParallelism(), 4) } = options;
  requirePositive('maxDuration', maxDuration);
  requireChoice('onError', onError, ['throw', 'skip']);
  requireInteger('numWorkers', numWorkers, 0);
  requireInteger('readAhead', readAhead);
  requireNumber('keep', keep, 0);
  const extractor = completeConfig(featureExtractor);
  const maxLength = Math.max(1, Math.trunc(maxDuration * extractor.samplingRate));
  const kept = new Map<number, Float32Array>();
  const broken = new Map<number, string>();
  const short = new Map<number, string>();
  let room = keep * 1e6;
  let pool: ReturnType<typeof clipPool> | undefined;

  /** @returns undefined for a file that is left out */
  async function decode(index: number, cancelled: SharedArrayBuffer): Promise<Float32Array | undefined> {
    const known = kept.get(index);
    if (known || broken.has(index)) return known;
    pool ??= clipPool(numWorkers);
    const file = files[index];
    try {
      const values = await pool.run({ file, extractor, maxLength }, cancelled);
      if (!values) throw new DatasetError(`the data set was closed before ${file} was decoded`);
      // Rows come in another order in each epoch: what was kept first is as good as any other, and nothing has to go.
      if (values.byteLength <= room && !kept.has(index)) {
        room -= values.byteLength;
        kept.set(index, values);
      }
      return values;
    } catch (error) {
      if (onError === 'throw' || !(error instanceof AudioDecodeError)) throw error;
      leaveOut(index, broken, error.message);
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

  async function* examples(indices: readonly number[], shortest?: ShortestExample): AsyncGenerator<TrainingExample> {
    for (const index of indices) requireIndex(index, files.length);
    const cancelled = new SharedArrayBuffer(4);
    const ahead = numWorkers === 0 ? 1 : readAhead;
    const coming: Promise<Float32Array | undefined>[] = [];
    let next = 0;
    try {
      for (const index of indices) {
        for (; next < indices.length && coming.length < ahead; next++) {
          const values = decode(indices[next], cancelled);
          // An error is for whoever comes to this clip, who may not have come yet.
          values.catch(() => {});
          coming.push(values);
        }
        const inputValues = await coming.shift();
        if (!inputValues || (shortest && !suffices(index, inputValues, shortest))) continue;
        const example = { inputValues, label: labels[index], ...(onError === 'skip' && { index }) };
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
    labels,
    nameOf: (index) => files[index],
    get skipped() {
      return [...new Map([...broken, ...short]).values()];
    },
    async lengths(name) {
      const known = name === undefined ? undefined : column(name);
      const { samplingRate } = extractor;
      return (known as number[]) ?? clipLengths(files, { samplingRate, maxLength, leavesOut: onError === 'skip' });
    },
    examples,
    async close() {
      const closing = pool;
      pool = undefined;
      kept.clear();
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
