import type { ClassLabel } from './class-label.js';

/** The files of a data set, row by row. */
export interface Clips {
  /** What to call the set in a message. */
  name: string;
  /** Paths. */
  files: readonly string[];
  /** Columns of class labels; the first is the one to learn. */
  labels: ReadonlyMap<string, LabelColumn>;
  /** What else is known of each row; null where nothing is. */
  columns?: ReadonlyMap<string, readonly unknown[]>;
  /** The sampling rate that the set itself names, in Hz; undefined where that of each file counts. */
  sampleRate: number | undefined;
}

/** A class of each row, from 0; −1 where it has none. */
export interface LabelColumn {
  feature: ClassLabel;
  values: readonly number[];
}
