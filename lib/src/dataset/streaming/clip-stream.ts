import type { ClassLabel } from '../class-label.js';

/** A clip before it is decoded. */
export interface StreamedClip {
  /** Its path: on this machine, or within its Parquet file or archive. */
  file: string;
  /** The bytes of a file, or its path on this machine. */
  sound: Uint8Array | string;
  /** Its class in each column, −1 where it has none. */
  labels: Readonly<Record<string, number>>;
  /** What else metadata says of it. */
  columns?: Readonly<Record<string, unknown>>;
}

/** Where a stream of clips comes from. */
export interface ClipStream {
  /** What to call the set in a message. */
  name: string;
  /** The sampling rate that the set itself names, in Hz; undefined where that of each file counts. */
  sampleRate: number | undefined;
  /** Columns of class labels; the first is the one to learn. */
  labels: ReadonlyMap<string, ClassLabel>;
  /** Names of the columns besides, if any. */
  columns?: readonly string[];
  /** Files that may be read in another order. */
  shards: number;
  /**
   * The clips, of one file after the other.
   *
   * @param order - of the files
   * @param skip - so many clips are left out, without reading them where that is possible
   * @param signal - closes all connections; the stream then ends early
   */
  clips(order: readonly number[], skip: number, signal: AbortSignal): AsyncGenerator<StreamedClip>;
}
