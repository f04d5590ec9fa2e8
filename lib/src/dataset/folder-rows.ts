import { extname, join } from 'node:path';
import { AUDIO_ENDINGS } from '../audio/endings.js';
import { DatasetError } from '../errors.js';
import { type ClassFolders, classFolders, type PlacedFile } from './class-folders.js';
import type { LeftOut } from './left-out.js';
import { isMetadata, type MetadataRows, metadataRows } from './metadata-rows.js';
import { splitFinder } from './split-finder.js';
import { walkFolder } from './walk-folder.js';

/** What a folder should look like. */
export const LAYOUT: string =
  'a data set has a folder for each class, such as genres/<genre>/, with WAV, FLAC, Ogg, MP3 or other audio files in it, ' +
  'or a metadata.csv that names them';

const ENDINGS = new Set(AUDIO_ENDINGS.map((ending) => ending.replace(/^\.?/, '.')));

/** Whether a name is that of an audio file, by its ending; those that macOS writes beside them are not. */
export function isClipName(name: string): boolean {
  return !name.startsWith('.') && ENDINGS.has(extname(name).toLowerCase());
}

/** A clip of a folder. */
export interface FolderRow {
  /** Its path relative to the folder. */
  path: string;
  split: string;
  /** That of the folder in which it lies; null where it lies in none. */
  folderClass: string | null;
  /** What metadata says of it, by column. */
  values?: ReadonlyMap<string, unknown>;
}

/** All clips of a folder, of every split: each file is in a row, in a table of metadata, or left out. */
export interface FolderRows {
  rows: FolderRow[];
  splits: readonly string[];
  /** Columns of metadata; undefined where there is none. */
  columns: readonly string[] | undefined;
  leftOut: LeftOut[];
}

/**
 * Finds the clips of a folder: those that `metadata.csv` or `.jsonl` names, else audio files in folders of classes.
 *
 * @throws DatasetError if it is laid out in another way, cannot be read, or has a class without a clip
 */
export async function folderRows(folder: string): Promise<FolderRows> {
  const { files, leftOut: passedBy } = await walkFolder(folder);
  const tables = files.filter(isMetadata);
  const known = new Set(files.map((parts) => parts.join('/')));
  const metadata = tables.length > 0 ? await metadataRows(folder, tables, known) : undefined;
  const named = metadata && new Set(metadata.rows.map(({ parts }) => parts.join('/')));
  const isClip = (parts: readonly string[]) => named?.has(parts.join('/')) ?? isClipName(parts[parts.length - 1]);

  const finder = splitFinder(metadata ? metadata.rows.map(({ parts }) => parts) : files.filter(isClip));
  const place = (parts: readonly string[]): PlacedFile => ({ parts, ...finder.place(parts), isClip: isClip(parts) });
  // Metadata may name a hidden file.
  const hidden = [...(named ?? [])].filter((path) => !known.has(path)).map((path) => path.split('/'));
  const placed = [...files, ...hidden].filter((parts) => !isMetadata(parts)).map(place);
  const classes = classFolders(placed);
  const leftOut = passedBy.filter(({ path }) => !named?.has(path));
  for (const file of placed) {
    const reason = reasonAgainst(file, metadata, classes);
    if (reason) leftOut.push({ path: file.parts.join('/'), reason });
  }
  const rows = metadata
    ? metadata.rows.map(({ parts, values }) => ({ file: place(parts), values }))
    : placed.filter(({ isClip }) => isClip).map((file) => ({ file, values: undefined }));
  if (!metadata) requireClasses(folder, files, classes);
  return {
    rows: rows.flatMap(({ file, values }) => {
      const folderClass = classes.classOf(file) ?? null;
      if (file.split === undefined || (!metadata && folderClass === null)) return [];
      return { path: file.parts.join('/'), split: file.split, folderClass, values };
    }),
    splits: finder.splits,
    columns: metadata?.columns,
    leftOut,
  };
}

function reasonAgainst(
  { parts, split, rest, isClip }: PlacedFile,
  metadata: MetadataRows | undefined,
  classes: ClassFolders,
): LeftOut['reason'] | undefined {
  if (!isClip) return metadata && isClipName(parts[parts.length - 1]) ? 'metadata' : 'ending';
  if (split === undefined) return 'split';
  return metadata || classes.classOf({ parts, split, rest, isClip }) !== undefined ? undefined : 'class';
}

function requireClasses(folder: string, files: readonly (readonly string[])[], classes: ClassFolders): void {
  if (classes.names.length === 0) {
    const found = files.some((parts) => parts.length > 1) ? 'no audio in its folders' : 'no folders in it';
    const first = files.slice(0, 3).map((parts) => parts.join('/'));
    const there = first.length > 0 ? ` (there are ${first.join(', ')}${files.length > first.length ? ', …' : ''})` : '';
    throw new DatasetError(`${folder} has ${found}${there}; ${LAYOUT}`);
  }
  const [empty] = classes.empty;
  if (empty === undefined) return;
  const [first, ...others] = files.filter((parts) => parts.join('/').startsWith(`${empty}/`));
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new DatasetError(
    `${join(folder, empty)}, a class, has no file that load opens (it has ${first[first.length - 1]}${more}); ` +
      'convert its files to WAV or FLAC, or move the folder out of the data set',
  );
}
