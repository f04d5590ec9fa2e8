import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AUDIO_ENDINGS } from '../audio/endings.js';
import { DatasetError } from '../errors.js';
import { isFolder } from '../files.js';
import { classLabel } from './class-label.js';
import type { Clips } from './clips.js';

/** Names of folders that hold a part of a data set, not a class. */
const SPLITS = ['train', 'validation', 'test'];

/** What a folder should look like. */
export const LAYOUT: string =
  'a data set has a folder for each class, such as genres/<genre>/, with WAV, FLAC, Ogg Vorbis or MP3 files in it';

/** Whether a name is that of an audio file, by its ending; those that macOS writes beside them are not. */
export function isClipName(name: string): boolean {
  return !name.startsWith('.') && AUDIO_ENDINGS.includes(extname(name).slice(1).toLowerCase());
}

/**
 * The clips of a folder with a folder for each class in it, in order of class and file name.
 *
 * @param split - the part to read, where the folder is divided into train, validation and test; 'train' otherwise
 * @param labelColumn - what to call the column of classes
 * @throws DatasetError if the folder is not laid out so, or has no such split
 */
export async function folderClips(folder: string, split: string, labelColumn: string): Promise<Clips> {
  const root = await findClasses(folder, split);
  const names = await foldersOf(root);
  const rows: { file: string; label: number }[] = [];
  const kept: string[] = [];
  for (const name of names) {
    const files = (await readdir(join(root, name))).filter(isClipName).sort();
    if (files.length === 0) continue;
    rows.push(...files.map((file) => ({ file: join(root, name, file), label: kept.length })));
    kept.push(name);
  }
  if (rows.length === 0) {
    const found = names.length > 0 ? 'no audio in its folders' : 'no folders in it';
    throw new DatasetError(`${root} has ${found}; ${LAYOUT}`);
  }
  return {
    name: folder,
    files: rows.map(({ file }) => file),
    labels: new Map([[labelColumn, { feature: classLabel(kept), values: rows.map(({ label }) => label) }]]),
    sampleRate: undefined,
  };
}

/** The folder whose folders are the classes. */
async function findClasses(folder: string, split: string): Promise<string> {
  const folders = await foldersOf(folder);
  if (folders.includes('genres')) return findClasses(join(folder, 'genres'), split);
  const divided = folders.length > 0 && folders.every((name) => SPLITS.includes(name));
  requireSplit(folder, split, divided ? folders : ['train']);
  return divided ? join(folder, split) : folder;
}

/** Throws a {@link DatasetError} that names the splits there are, unless `split` is one of them. */
export function requireSplit(name: string, split: string, splits: readonly string[]): void {
  if (splits.includes(split)) return;
  throw new DatasetError(`${name} has no split '${split}'; give one of ${splits.join(', ')}`);
}

async function foldersOf(folder: string): Promise<string[]> {
  const names: string[] = [];
  // A link may lead to one.
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.') && (await isFolder(join(folder, name)))) names.push(name);
  }
  return names.sort();
}
