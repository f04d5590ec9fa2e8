import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError } from '../../errors.js';
import { classLabel } from './class-label.js';
import type { Clips } from './clips.js';

/** Names of folders that hold a part of a data set, not a class. */
const SPLITS = ['train', 'validation', 'test'];
/** The file of GTZAN that nothing can decode. */
const BROKEN = join('jazz', 'jazz.00054.wav');

const LAYOUT = 'expected is genres/<genre>/<clip>, a folder for each class with WAV, FLAC, Ogg or MP3 files in it';

/** Whether a name is that of an audio file, by its ending; those that macOS writes beside them are not. */
export function isClipName(name: string): boolean {
  return /^[^.].*\.(wav|flac|ogg|mp3)$/i.test(name);
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
  const names = foldersOf(await readdir(root, { withFileTypes: true }));
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
  const whole = rows.filter(({ file }) => !file.endsWith(BROKEN));
  if (whole.length < rows.length) noteBroken(folder, whole.length);
  return {
    name: folder,
    files: whole.map(({ file }) => file),
    labels: new Map([[labelColumn, { feature: classLabel(kept), values: whole.map(({ label }) => label) }]]),
    sampleRate: undefined,
  };
}

/** The folder whose folders are the classes. */
async function findClasses(folder: string, split: string): Promise<string> {
  const folders = foldersOf(await readdir(folder, { withFileTypes: true }));
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

function foldersOf(entries: readonly Dirent[]): string[] {
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

const noted = new Set<string>();

function noteBroken(folder: string, rows: number): void {
  if (noted.has(folder)) return;
  noted.add(folder);
  console.warn(`${basename(BROKEN)} is left out: GTZAN has this one broken file. ${rows} rows are left`);
}
