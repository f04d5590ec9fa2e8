import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../files.js';
import type { Clips } from './clips.js';
import { isClipName, requireSplit } from './folder-clips.js';
import { noteLeftOut } from './left-out.js';
import { localSource } from './parquet/local-source.js';
import { splitOf } from './split-finder.js';
import type { ClipStream } from './streaming/clip-stream.js';
import { parquetStream } from './streaming/parquet-stream.js';
import { unpackOnce } from './unpack-once.js';
import { INDEX, unpackedClips, unpackParquet } from './unpack-parquet.js';
import { walkFolder } from './walk-folder.js';

/**
 * The Parquet files of a split of a folder on this machine; undefined for a folder that has none, or has clips.
 *
 * @throws DatasetError if it has no such split
 */
export async function parquetFolder(folder: string, split: string): Promise<string[] | undefined> {
  const paths = (await walkFolder(folder)).files;
  const files = paths.filter((parts) => parts[parts.length - 1].endsWith('.parquet'));
  if (files.length === 0 || paths.some((parts) => isClipName(parts[parts.length - 1]))) return undefined;
  const named = files.map(splitOfFile);
  const splits = [...new Set(named)].filter((name) => name !== undefined).sort();
  const left = splits.length > 0 ? files.filter((_, i) => named[i] === undefined) : [];
  noteLeftOut(
    folder,
    left.map((parts) => ({ path: parts.join('/'), reason: 'split' })),
  );
  requireSplit(folder, split, splits.length > 0 ? splits : ['train']);
  return files.filter((_, i) => splits.length === 0 || named[i] === split).map((parts) => join(folder, ...parts));
}

/** The clips of Parquet files on this machine, unpacked once, as those of the Hub are, for as long as the files stay the same. */
export async function localParquetClips(
  name: string,
  files: readonly string[],
  maxUnpackedSize: number | undefined,
): Promise<Clips> {
  const state = await Promise.all(files.map(async (file) => [resolve(file), await stat(file)] as const));
  const key = JSON.stringify(state.map(([file, { size, mtimeMs }]) => [file, size, mtimeMs]));
  const folder = cacheFolder('parquet', createHash('sha256').update(key).digest('hex').slice(0, 40));
  await unpackOnce(folder, (empty) => unpackParquet(files, empty, { maxUnpackedSize }));
  return unpackedClips(name, folder, await readFile(join(folder, INDEX), 'utf8'));
}

/** The same clips, read by groups of rows and kept nowhere. */
export function localParquetStream(
  name: string,
  files: readonly string[],
  labelColumn: string | undefined,
  maxUnpackedSize: number | undefined,
): Promise<ClipStream> {
  return parquetStream({ name, files, labelColumn, open: (file) => localSource(file, { maxUnpackedSize }) });
}

/** 'train-00000-of-00002.parquet' says it; else a word in the file's name or in that of a folder. */
function splitOfFile(parts: readonly string[]): string | undefined {
  const [, sharded] = /^(\w[\w.]*)-\d{5}-of-\d{5}.*\.parquet$/.exec(parts[parts.length - 1]) ?? [];
  return sharded ?? [...parts].reverse().map(splitOf).find(Boolean);
}
