import { load } from '../../audio/load.js';
import { AudioDecodeError } from '../../errors.js';
import { requireInteger } from '../../validation.js';
import { isKnownBroken } from '../broken-clip.js';
import { type DatasetFeatures, type DatasetRow, datasetFeatures } from '../dataset-row.js';
import { permutation } from '../permutation.js';
import type { ClipStream, StreamedClip } from './clip-stream.js';
import { shuffleBuffer } from './shuffle-buffer.js';

/** Options of {@link IterableAudioDataset.shuffle}. */
export interface StreamShuffleOptions {
  /** A whole number of at least 0; default 42. */
  seed?: number;
  /** Clips that are in memory, packed as they are stored; default 1000. */
  bufferSize?: number;
}

type Step = { take: number } | { skip: number } | Required<StreamShuffleOptions>;

/**
 * Clips with their classes that come one after the other and are kept nowhere, like `datasets.IterableDataset`:
 * `loadDataset(id, { streaming: true })`. They have no numbers and no length; each loop begins anew. Nothing changes it; a
 * part of it, or its clips at another sampling rate, is a new one.
 *
 * In memory are the clip that was asked for, and what cannot be read in parts: of a Parquet file the columns of sound and
 * classes of one group of rows. Leaving a loop early closes the connection.
 *
 * @example
 * const gtzan = await loadDataset('marsyas/gtzan', { streaming: true });
 * for await (const { audio, genre } of gtzan.castAudio({ sampleRate: 16000 }).take(3)) {
 *   console.log(gtzan.features.genre.int2str(genre), audio.samples.length);
 * }
 *
 * @see {@link loadDataset}, {@link AudioDataset}
 */
export class IterableAudioDataset<Label extends string = 'genre'> {
  readonly features: DatasetFeatures<Label>;
  /** 'file', 'audio', and the columns of classes; the first of these is the one to learn. */
  readonly columnNames: readonly string[];
  readonly #stream: ClipStream;
  readonly #steps: readonly Step[];

  /** Use {@link loadDataset}, or {@link AudioDataset.toIterableDataset}. */
  constructor(stream: ClipStream, steps: readonly Step[] = [], cast?: number) {
    this.#stream = stream;
    this.#steps = steps;
    this.columnNames = ['file', 'audio', ...stream.labels.keys(), ...(stream.columns ?? [])];
    this.features = datasetFeatures(stream.labels, cast ?? stream.sampleRate);
  }

  /**
   * The rows, decoded one after the other: mono, at the sampling rate of the file unless {@link castAudio} or the data set
   * says another.
   *
   * @throws AudioDecodeError, which names the file
   * @throws DatasetError if a file of the data set is damaged, or unpacks to more than it may
   * @throws HubError if the Hub refuses or cannot be reached
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<DatasetRow<Label>> {
    const stop = new AbortController();
    const rows = this.#rows(stop);
    const end = () => {
      // Also where somebody still waits for a row: a generator ends itself only between two of them.
      stop.abort();
      return rows.return(undefined);
    };
    return { next: () => rows.next(), return: end, [Symbol.asyncIterator]: () => rows };
  }

  /** The first `count` rows. */
  take(count: number): IterableAudioDataset<Label> {
    requireInteger('count', count, 0);
    return this.#with({ take: count });
  }

  /** All but the first `count` rows. Groups of rows of a Parquet file that are left out as a whole are not read. */
  skip(count: number): IterableAudioDataset<Label> {
    requireInteger('count', count, 0);
    return this.#with({ skip: count });
  }

  /**
   * All rows in random order, as far as a buffer allows: files in random order, and of the rows in the buffer a random
   * half whenever it is full. The rows of a single file come in the order of Python's `datasets` 5.2.
   *
   * @throws ParameterError for options out of range
   */
  shuffle({ seed = 42, bufferSize = 1000 }: StreamShuffleOptions = {}): IterableAudioDataset<Label> {
    requireInteger('seed', seed, 0);
    requireInteger('bufferSize', bufferSize);
    return this.#with({ seed, bufferSize });
  }

  /**
   * The same rows, whose sound is resampled to a rate in Hz; `cast_column('audio', Audio(rate))`.
   *
   * @throws ParameterError unless the rate is a whole number above 0
   */
  castAudio({ sampleRate }: { sampleRate: number }): IterableAudioDataset<Label> {
    requireInteger('sampleRate', sampleRate);
    return new IterableAudioDataset(this.#stream, this.#steps, sampleRate);
  }

  #with(step: Step): IterableAudioDataset<Label> {
    return new IterableAudioDataset(this.#stream, [...this.#steps, step], this.features.audio.sampleRate);
  }

  async *#rows(stop: AbortController): AsyncGenerator<DatasetRow<Label>, undefined> {
    const sampleRate = this.features.audio.sampleRate ?? null;
    try {
      for await (const clip of this.#clips(stop.signal)) {
        const audio = await decode(clip, this.#stream.name, sampleRate);
        if (stop.signal.aborted) return;
        if (audio) yield { ...clip.labels, ...clip.columns, file: clip.file, audio } as DatasetRow<Label>;
      }
    } catch (error) {
      // What is closed breaks off.
      if (!stop.signal.aborted) throw error;
    } finally {
      stop.abort();
    }
  }

  #clips(signal: AbortSignal): AsyncIterable<StreamedClip> {
    const { shards } = this.#stream;
    const [first, ...others] = this.#steps;
    const skip = first && 'skip' in first ? first.skip : 0;
    const steps = skip > 0 ? others : this.#steps;
    // Where rows are counted before they are shuffled, files have to come in their order.
    const shuffled = first && 'seed' in first ? first : undefined;
    const order = shuffled ? permutation(shards, shuffled.seed) : Uint32Array.from({ length: shards }, (_, i) => i);
    let clips: AsyncIterable<StreamedClip> = this.#stream.clips([...order], skip, signal);
    for (const step of steps) {
      if ('take' in step) clips = take(clips, step.take);
      else if ('skip' in step) clips = leaveOut(clips, step.skip);
      else clips = shuffleBuffer(clips, step.bufferSize, step.seed);
    }
    return clips;
  }
}

async function* take<T>(values: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count === 0) return;
  let taken = 0;
  for await (const value of values) {
    yield value;
    if (++taken === count) return;
  }
}

async function* leaveOut<T>(values: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let left = count;
  for await (const value of values) if (--left < 0) yield value;
}

/** @returns undefined for GTZAN's one broken file */
async function decode(
  { file, sound }: StreamedClip,
  name: string,
  sampleRate: number | null,
): Promise<DatasetRow<never>['audio'] | undefined> {
  try {
    return { ...(await load(sound, { sampleRate })), path: file };
  } catch (cause) {
    if (!(cause instanceof AudioDecodeError)) throw cause;
    if (isKnownBroken(file)) {
      console.warn("jazz.00054.wav, GTZAN's one broken file, is left out");
      return undefined;
    }
    if (typeof sound === 'string') throw cause;
    throw new AudioDecodeError(`${file} of ${name}: ${cause.message}`, { cause });
  }
}
