import type { Waveform } from '../dsp/waveform.js';
import type { ClassLabel } from './class-label.js';

/** What the columns of a data set are: its sound, and a {@link ClassLabel} for each column of classes. */
export type DatasetFeatures<Label extends string> = {
  readonly audio: {
    /** That of all rows in Hz, or undefined where each keeps that of its file. */
    readonly sampleRate: number | undefined;
  };
} & { readonly [column in Label]: ClassLabel };

/** A row: its file, its sound, its classes as numbers, and what else metadata says of it. */
export type DatasetRow<Label extends string> = {
  file: string;
  audio: Waveform & { path: string };
} & { [column in Label]: number } & { [column: string]: unknown };

/** The columns of a data set with these columns of classes. */
export function datasetFeatures<Label extends string>(
  labels: Iterable<readonly [string, ClassLabel]>,
  sampleRate: number | undefined,
): DatasetFeatures<Label> {
  return Object.freeze({ ...Object.fromEntries(labels), audio: { sampleRate } }) as DatasetFeatures<Label>;
}
