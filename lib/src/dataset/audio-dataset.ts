import { load } from '../audio/load.js';
import { ParameterError, SamplingRateError } from '../errors.js';
import type { Wav2Vec2FeatureExtractor } from '../feature-extractor/feature-extractor.js';
import { requireChoice, requireInteger } from '../validation.js';
import type { Clips, LabelColumn } from './clips.js';
import { type DatasetFeatures, type DatasetRow, datasetFeatures } from './dataset-row.js';
import { type EncodedDataset, encodedDataset, type PreprocessOptions, requireIndex } from './encoded-dataset.js';
import { type FileLists, type OnMissing, rowsOfLists } from './file-lists.js';
import { foldsOfRows, type Group, type KFoldOptions } from './folds.js';
import { ofFiles } from './of-files.js';
import { permutation } from './permutation.js';
import { samplingRateOf } from './sampling-rate.js';
import { type SplitSizes, splitSizes } from './split-sizes.js';
import { IterableAudioDataset } from './streaming/iterable-dataset.js';

/** Options of {@link AudioDataset.trainTestSplit}. */
export interface TrainTestSplitOptions extends SplitSizes {
  /** A whole number of at least 0; default 42. */
  seed?: number;
  /** Mix the rows first (the default), or take the last for the test. */
  shuffle?: boolean;
}

/**
 * Clips with their classes, like `datasets.Dataset`. It knows files: sound is decoded when a row is asked for. Nothing
 * changes it; a part of it, or its clips at another sampling rate, is a new one.
 *
 * `Label` is the name of the column of classes, 'genre' in GTZAN.
 *
 * @example
 * const { train, test } = dataset.trainTestSplit({ testSize: 0.2, seed: 42 });
 * const { audio, genre } = await train.row(0);
 * train.features.genre.int2str(genre); // 'hiphop'
 */
export class AudioDataset<Label extends string = 'genre'> {
  /** Rows. */
  readonly length: number;
  readonly features: DatasetFeatures<Label>;
  /** 'file', 'audio', the columns of classes, of which the first is the one to learn, and what else metadata says. */
  readonly columnNames: readonly string[];
  readonly #clips: Clips;
  /** The rows of `#clips` that are in the data set, in its order. */
  readonly #rows: Uint32Array;
  /** What {@link castAudio} asked for. */
  readonly #cast: number | undefined;

  /** Use {@link loadDataset}. */
  constructor(clips: Clips, rows: Uint32Array = Uint32Array.from(clips.files.keys()), cast?: number) {
    this.#clips = clips;
    this.#rows = rows;
    this.#cast = cast;
    this.length = rows.length;
    this.columnNames = ['file', 'audio', ...clips.labels.keys(), ...(clips.columns?.keys() ?? [])];
    const labels = [...clips.labels].map(([name, { feature }]) => [name, feature] as const);
    this.features = datasetFeatures(labels, cast ?? clips.sampleRate);
  }

  /**
   * A row, decoded: mono, at the sampling rate of its file unless {@link castAudio} or the data set says another.
   *
   * @param index - from 0 to `length` − 1
   * @throws ParameterError for an index out of range
   * @throws AudioDecodeError, which names the file
   * @see {@link column} for what needs no decoding
   */
  async row(index: number): Promise<DatasetRow<Label>> {
    requireIndex(index, this.length);
    const row = this.#rows[index];
    const file = this.#clips.files[row];
    const waveform = await load(file, { sampleRate: this.features.audio.sampleRate ?? null });
    const labels = [...this.#clips.labels].map(([name, { values }]) => [name, values[row]]);
    const others = [...(this.#clips.columns ?? [])].map(([name, values]) => [name, values[row]]);
    return { ...Object.fromEntries([...labels, ...others]), file, audio: { ...waveform, path: file } };
  }

  /** The rows, decoded one after the other. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DatasetRow<Label>> {
    for (let i = 0; i < this.length; i++) yield await this.row(i);
  }

  /**
   * The paths of all rows; a class of each, as numbers, −1 where a row has none; or what else metadata says, null where it
   * says nothing. Nothing is decoded.
   *
   * @throws ParameterError for a name that is none of `columnNames`, or 'audio'
   *
   * @example
   * dataset.column('genre').filter((label) => label === dataset.features.genre.str2int('jazz')).length; // 99
   */
  column(name: 'file'): string[];
  column(name: Label): number[];
  column(name: string): unknown[];
  column(name: string): unknown[] {
    if (name === 'file') return Array.from(this.#rows, (row) => this.#clips.files[row]);
    const other = this.#clips.columns?.get(name);
    if (other) return Array.from(this.#rows, (row) => other[row]);
    const { values } = this.#labels('name', name);
    return Array.from(this.#rows, (row) => values[row]);
  }

  /**
   * The rows at these positions, in this order.
   *
   * @throws ParameterError for an index out of range
   *
   * @example
   * const firstTen = dataset.select(Array.from({ length: 10 }, (_, i) => i));
   *
   * @see {@link shuffle}, {@link trainTestSplit}
   */
  select(indices: Iterable<number>): AudioDataset<Label> {
    const rows = Uint32Array.from(indices, (index) => {
      requireIndex(index, this.length);
      return this.#rows[index];
    });
    return new AudioDataset(this.#clips, rows, this.#cast);
  }

  /**
   * All rows in random order: that of Python's `dataset.shuffle(seed)`.
   *
   * @param options - `seed`: default 42
   * @throws ParameterError unless the seed is a whole number of at least 0
   * @see {@link select}, {@link trainTestSplit}
   */
  shuffle({ seed = 42 }: { seed?: number } = {}): AudioDataset<Label> {
    requireInteger('seed', seed, 0);
    return this.select(permutation(this.length, seed));
  }

  /**
   * Two data sets without a common row: those of Python's `dataset.train_test_split(test_size, train_size, shuffle,
   * seed)`, row by row.
   *
   * @throws ParameterError for sizes that the rows do not suffice for
   *
   * @see {@link select}, {@link shuffle}
   */
  trainTestSplit(options: TrainTestSplitOptions = {}): { train: AudioDataset<Label>; test: AudioDataset<Label> } {
    const { seed = 42, shuffle = true } = options;
    requireInteger('seed', seed, 0);
    requireChoice('shuffle', shuffle, [true, false]);
    if (this.length === 0) return { train: this, test: this };
    const sizes = splitSizes(this.length, options);
    const order = shuffle ? permutation(this.length, seed) : Uint32Array.from({ length: this.length }, (_, i) => i);
    const [test, train] = shuffle ? [0, sizes.test] : [sizes.train, 0];
    return {
      train: this.select(order.subarray(train, train + sizes.train)),
      test: this.select(order.subarray(test, test + sizes.test)),
    };
  }

  /**
   * As many pairs of data sets as there are folds: each row is in the test of one pair, and in the training of all others.
   * The folds are those of scikit-learn's `StratifiedKFold(folds, shuffle=True, random_state=seed)`; without classes those
   * of `KFold`, with groups those of `StratifiedGroupKFold` or `GroupKFold`.
   *
   * @throws ParameterError where there are fewer rows, groups or rows of every class than folds, for a column that there is
   * not, and for a row without a group
   *
   * @example
   * for (const { train, test } of dataset.kFold({ folds: 5, groupBy: ({ file }) => artistOf(file) })) …
   *
   * @see {@link trainTestSplit}, {@link splitByFiles}
   */
  kFold(options: KFoldOptions = {}): { train: AudioDataset<Label>; test: AudioDataset<Label> }[] {
    const { folds = 5, seed = 42, shuffle = true, groupBy } = options;
    requireInteger('folds', folds, 2);
    requireInteger('seed', seed, 0);
    requireChoice('shuffle', shuffle, [true, false]);
    const { stratifyBy = this.#clips.labels.keys().next().value ?? null } = options;
    const classes = stratifyBy === null ? undefined : this.#labels('stratifyBy', stratifyBy).values;
    const foldOf = foldsOfRows(this.length, {
      folds,
      seed: shuffle ? seed : undefined,
      classes: classes && Array.from(this.#rows, (row) => classes[row]),
      groups: groupBy === undefined ? undefined : this.#groups(groupBy),
    });
    const rows = Array.from(foldOf.keys());
    return Array.from({ length: folds }, (_, fold) => ({
      train: this.select(rows.filter((row) => foldOf[row] !== fold)),
      test: this.select(rows.filter((row) => foldOf[row] === fold)),
    }));
  }

  /**
   * The parts that lists of files make, under their names, each in the order of its list; `rest` is what none of them
   * names. A name is the end of a path, with or without the ending of an audio file ('blues.00029', 'blues/blues.00029.au').
   * A text file has one in each line: the whole line, where a file is called so, or its first column, before a tab or a
   * comma, in quotation marks or without. A line that begins with # is a comment, unless a file is called so.
   *
   * @param options.onMissing - what to do with names that lead to no row: throw (the default), or 'skip' them
   * @throws DatasetError for a list that cannot be read, names of no row or of several, and a row that is named twice
   *
   * @example
   * const { train, validation, test } = await dataset.splitByFiles({
   *   train: 'train_filtered.txt',
   *   validation: 'valid_filtered.txt',
   *   test: 'test_filtered.txt',
   * });
   *
   * @see {@link kFold}
   */
  async splitByFiles<Part extends string>(
    lists: FileLists<Part>,
    { onMissing = 'throw' }: { onMissing?: OnMissing } = {},
  ): Promise<Record<Part | 'rest', AudioDataset<Label>>> {
    requireChoice('onMissing', onMissing, ['throw', 'skip']);
    const rows = await rowsOfLists(this.column('file'), lists, onMissing);
    const parts = Object.entries<number[]>(rows).map(([part, of]) => [part, this.select(of)]);
    return Object.fromEntries(parts);
  }

  /**
   * The same rows, whose sound is resampled to a rate in Hz when it is decoded; `cast_column('audio', Audio(rate))`.
   *
   * @throws ParameterError unless the rate is a whole number above 0
   *
   * @example
   * const { audio } = await dataset.castAudio({ sampleRate: 16000 }).row(0);
   *
   * @see {@link samplingRates}, {@link preprocess}
   */
  castAudio({ sampleRate }: { sampleRate: number }): AudioDataset<Label> {
    requireInteger('sampleRate', sampleRate);
    return new AudioDataset(this.#clips, this.#rows, sampleRate);
  }

  /**
   * The sampling rate in Hz at which each row comes: that of the files, from their headers, unless all come at one.
   *
   * @throws AudioDecodeError, which names the file
   * @see {@link castAudio}
   */
  async samplingRates(): Promise<number[]> {
    const { sampleRate } = this.features.audio;
    if (sampleRate !== undefined) return Array.from(this.#rows, () => sampleRate);
    return ofFiles(this.column('file'), samplingRateOf);
  }

  /**
   * The same rows, one after the other, as where a data set is streamed; `dataset.to_iterable_dataset()`.
   *
   * @see {@link IterableAudioDataset}
   */
  toIterableDataset(): IterableAudioDataset<Label> {
    const { name, labels, files, columns = new Map<string, readonly unknown[]>() } = this.#clips;
    const rows = this.#rows;
    return new IterableAudioDataset({
      name,
      sampleRate: this.features.audio.sampleRate,
      labels: new Map([...labels].map(([column, { feature }]) => [column, feature])),
      columns: [...columns.keys()],
      shards: 1,
      async *clips(_, skip) {
        for (const row of rows.subarray(skip)) {
          const values = [...labels].map(([column, { values }]) => [column, values[row]]);
          const others = [...columns].map(([column, values]) => [column, values[row]]);
          const labelled = { labels: Object.fromEntries(values), columns: Object.fromEntries(others) };
          yield { file: files[row], sound: files[row], ...labelled };
        }
      },
    });
  }

  /**
   * The clips as a model takes them: from the files' sampling rate to the extractor's, cut, prepared. Threads decode
   * them while the model computes.
   *
   * @throws SamplingRateError if {@link castAudio} gave the clips another rate than the extractor's
   * @throws ParameterError for options out of range
   *
   * @example
   * const encoded = dataset.castAudio({ sampleRate: extractor.samplingRate }).preprocess(extractor, { maxDuration: 30 });
   * // In training other 5 s in each epoch, in half of them noise; in evaluations six segments of each clip.
   * const augment = { gaussianNoise: { minSnrInDb: 10, p: 0.5 } };
   * const varied = dataset.preprocess(extractor, { maxDuration: 5, randomSegment: true, evalSegments: 6, augment });
   *
   * @see {@link castAudio}; {@link Wav2Vec2FeatureExtractor}, which prepares a single clip
   */
  preprocess(featureExtractor: Wav2Vec2FeatureExtractor, options: PreprocessOptions = {}): EncodedDataset {
    const { samplingRate } = featureExtractor;
    if (this.#cast !== undefined && this.#cast !== samplingRate) {
      throw new SamplingRateError(
        `the audio was cast to ${this.#cast} Hz, but the model was trained at ${samplingRate} Hz; ` +
          `convert it: dataset.castAudio({ sampleRate: ${samplingRate} })`,
      );
    }
    const [first] = this.#clips.labels.keys();
    const { values } = this.#labels('labelColumn', options.labelColumn ?? first);
    const labels = Array.from(this.#rows, (row) => (values[row] === -1 ? -100 : values[row]));
    const column = (name: string) => {
      const { columns = new Map(), name: set } = this.#clips;
      if (columns.has(name)) return this.column(name);
      if (name === 'length') return undefined;
      const there =
        columns.size > 0 ? `the columns of ${set} are ${[...columns.keys()].join(', ')}` : `${set} has none`;
      throw new ParameterError(`There is no column '${name}' of lengths: ${there}; leave lengthColumnName out`);
    };
    return encodedDataset(this.column('file'), labels, featureExtractor, options, column);
  }

  /** What each row belongs to. */
  #groups(groupBy: NonNullable<KFoldOptions['groupBy']>): Group[] {
    const names = this.columnNames.filter((name) => name !== 'audio');
    if (typeof groupBy === 'string' && !names.includes(groupBy)) {
      throw new ParameterError(`groupBy is '${groupBy}'; the columns of ${this.#clips.name} are ${names.join(', ')}`);
    }
    const columns = names.map((name) => [name, this.column(name)] as const);
    return Array.from(this.#rows, (_, i) => {
      const row = Object.fromEntries(columns.map(([name, values]) => [name, values[i]])) as { file: string };
      const group = typeof groupBy === 'string' ? row[groupBy as 'file'] : groupBy(row);
      if (typeof group === 'string' || Number.isFinite(group)) return group;
      throw new ParameterError(`groupBy gives ${group} for ${row.file}; give a text or a number for each row`);
    });
  }

  #labels(parameter: string, name: string): LabelColumn {
    const column = this.#clips.labels.get(name);
    if (column) return column;
    throw new ParameterError(
      `${parameter} is '${name}'; the columns of classes of ${this.#clips.name} are ${[...this.#clips.labels.keys()].join(', ')}`,
    );
  }
}
