import { join } from 'node:path';
import { DatasetError } from '../errors.js';
import type { Clips, LabelColumn } from './clips.js';
import { columnLabels } from './column-labels.js';
import { type FolderRows, folderRows, isClipName, LAYOUT } from './folder-rows.js';
import { noteLeftOut } from './left-out.js';

export { isClipName, LAYOUT };

/** Columns of metadata that are taken for the classes. */
const LABELS = ['label', 'genre'];

/**
 * The clips of a folder, in the order of Python's `datasets`: by path, or as metadata names them. What is in no row is
 * named in a note. Classes have the same numbers in all splits.
 *
 * @param split - the part to read, where the folder is divided; 'train' otherwise
 * @param labelColumn - the column of metadata to learn, default 'label' or 'genre'; else what to call the classes that are
 * folders, default 'genre'
 * @throws DatasetError if the folder is not laid out so, or has no such split
 */
export async function folderClips(folder: string, split: string, labelColumn: string | undefined): Promise<Clips> {
  const found = await folderRows(folder);
  noteLeftOut(folder, found.leftOut);
  requireSplit(folder, split, found.splits);
  const labelled = labelsOf(folder, found, labelColumn);
  const chosen = [...found.rows.keys()].filter((row) => found.rows[row].split === split);
  if (chosen.length === 0) {
    throw new DatasetError(`${folder}: the clips of split '${split}' are in no folder of a class; ${LAYOUT}`);
  }
  const others = (found.columns ?? []).filter((column) => column !== labelled.column);
  return {
    name: folder,
    files: chosen.map((row) => join(folder, found.rows[row].path)),
    labels: new Map([
      [labelled.column, { feature: labelled.labels.feature, values: chosen.map((row) => labelled.labels.values[row]) }],
    ]),
    columns: new Map(others.map((name) => [name, chosen.map((row) => found.rows[row].values?.get(name) ?? null)])),
    sampleRate: undefined,
  };
}

/** The classes of all rows. */
function labelsOf(
  folder: string,
  { rows, columns = [] }: FolderRows,
  wanted: string | undefined,
): { column: string; labels: LabelColumn } {
  const column = wanted === undefined ? LABELS.find((name) => columns.includes(name)) : wanted;
  if (column !== undefined && columns.includes(column)) {
    const values = rows.map((row) => row.values?.get(column) ?? null);
    if (values.some((value) => value !== null)) return { column, labels: columnLabels(column, values) };
    throw new DatasetError(`${folder}: the column '${column}' of its metadata is empty`);
  }
  if (rows.some(({ folderClass }) => folderClass !== null)) {
    const name = column ?? 'genre';
    return {
      column: name,
      labels: columnLabels(
        name,
        rows.map(({ folderClass }) => folderClass),
      ),
    };
  }
  const choice = columns.length > 0 ? `give as labelColumn one of ${columns.join(', ')}` : 'add one';
  throw new DatasetError(`${folder}: its metadata has no column '${wanted ?? LABELS[0]}' of classes; ${choice}`);
}

/** A data set without the split that was asked for. */
export class NoSuchSplit extends DatasetError {
  override name = 'DatasetError';
}

/** Throws {@link NoSuchSplit}, which names the splits there are, unless `split` is one of them. */
export function requireSplit(name: string, split: string, splits: readonly string[]): void {
  if (splits.includes(split)) return;
  throw new NoSuchSplit(`${name} has no split '${split}'; give one of ${splits.join(', ')}`);
}
