/** One clip, ready for the model. */
export interface TrainingExample {
  /** What the feature extractor made of the clip. */
  readonly inputValues: Float32Array;
  /**
   * Segments of the clip, each prepared by itself and as long as `inputValues`, which is the first of them. In an evaluation
   * the mean of their logits is the clip's.
   */
  readonly segments?: readonly Float32Array[];
  /** 1 for audio, 0 for padding, where the clip is padded already; as long as `inputValues`. */
  readonly attentionMask?: Int32Array;
  /** The class, from 0; -100 where it does not count. */
  readonly label: number;
  /**
   * What the frames are labelled, from 0, for a model that learns frames; or that for each of several sets of labels. -100
   * where a frame does not count.
   */
  readonly frameLabels?: ArrayLike<number> | readonly ArrayLike<number>[];
  /** Its place in the data set, where the source leaves examples out. */
  readonly index?: number;
}

/** How long an example has to be. */
export interface ShortestExample {
  samples: number;
  /** For a message: what needs so many. */
  reason: string;
}

/** What a trainer learns from: an array of examples, or anything with this shape. */
export interface ExampleSource {
  readonly length: number;
  /** Whether examples that cannot be read are left out; then each of the others says its index. Default false. */
  readonly leavesOut?: boolean;
  /** The class of each example, where they are known before any is read; for class weights. */
  readonly labels?: readonly number[];
  /**
   * How long each example is, for an order by length: in samples, or what `column` says where there is such a column.
   * Nothing is decoded for it if headers tell. What is below the shortest, and left out, has the lengths of others.
   */
  lengths?(column?: string, shortest?: ShortestExample): Promise<readonly number[]>;
  /** What an example is called in a message besides its index: its file. */
  nameOf?(index: number): string;
  /** Whether an example is another in each epoch; then nothing that is computed of it is kept. Default false. */
  readonly differsByEpoch?: boolean;
  /** The most segments that an example has in an evaluation; default 1. */
  readonly evalSegments?: number;
  /**
   * The examples at `indices`, in this order; it may work ahead of the reader.
   *
   * @param shortest - what the model cannot do without; a source that knows files names that of an example with fewer
   * @param seedOf - given in training: a seed of 31 bits for what chance decides about an example, which depends on the
   * training's seed, the epoch and the index alone
   */
  examples(
    indices: readonly number[],
    shortest?: ShortestExample,
    seedOf?: (index: number) => number,
  ): AsyncIterable<TrainingExample>;
}

/** The data set that a user gives, as an {@link ExampleSource}. */
export function asSource(dataset: ExampleSource | readonly TrainingExample[]): ExampleSource {
  if (!Array.isArray(dataset)) return dataset as ExampleSource;
  return {
    length: dataset.length,
    lengths: async () => dataset.map(({ inputValues }) => inputValues.length),
    async *examples(indices) {
      for (const index of indices) yield dataset[index];
    },
  };
}
