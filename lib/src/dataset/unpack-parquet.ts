import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readFully } from '../files.js';
import { progress } from '../progress.js';
import { classLabel } from './class-label.js';
import type { Clips } from './clips.js';
import { requireSameClasses } from './parquet/clip-columns.js';
import { openParquet, type ParquetSource } from './parquet/open-parquet.js';
import { requireBytes, unpackLimits } from './unpack-limits.js';

/** What {@link unpackParquet} writes beside the clips. */
export const INDEX: string = 'rows.json';

interface Index {
  sampleRate: number | null;
  /** Names of files in the folder. */
  files: string[];
  labels: { column: string; names: readonly string[]; values: number[] }[];
}

/** How to unpack. */
export interface UnpackParquetOptions {
  /** In MB; see {@link unpackLimits}. */
  maxUnpackedSize?: number;
  /** Told of all bytes that are read. */
  read?: (bytes: number) => void;
}

/**
 * Writes the clips of Parquet files into a folder, each as the audio file that it was.
 *
 * A page of a Parquet file holds many clips, often a whole group of rows: to read one means to unpack all of them, and
 * training reads one here, one there. So each group is read once, in order, and no more than one is in memory.
 *
 * @throws DatasetError if a file is damaged, has no audio or no class labels, or unpacks to more than it may
 */
export async function unpackParquet(
  files: readonly string[],
  folder: string,
  options: UnpackParquetOptions = {},
): Promise<void> {
  let index: Index | undefined;
  for (const [i, file] of files.entries()) {
    const handle = await open(file);
    try {
      const part = files.length > 1 ? ` (${i + 1} of ${files.length})` : '';
      const source = await sourceOf(handle, file, options);
      index = await unpackFile(source, folder, index, `Unpacking ${basename(file)}${part}`);
    } finally {
      await handle.close();
    }
  }
  await writeFile(join(folder, INDEX), JSON.stringify(index));
}

/** The clips that {@link unpackParquet} wrote. */
export function unpackedClips(name: string, folder: string, json: string): Clips {
  const { sampleRate, files, labels } = JSON.parse(json) as Index;
  return {
    name,
    files: files.map((file) => join(folder, file)),
    labels: new Map(labels.map(({ column, names, values }) => [column, { feature: classLabel(names), values }])),
    sampleRate: sampleRate ?? undefined,
  };
}

/** The name that a clip of a Parquet file gets in a folder. */
function fileNameOf(row: number, path: string | undefined): string {
  const number = String(row).padStart(6, '0');
  return [
    number,
    path &&
      basename(path)
        .replaceAll(/[^\w.-]/g, '_')
        .slice(-100),
  ]
    .filter(Boolean)
    .join('-');
}

async function unpackFile(
  source: ParquetSource,
  folder: string,
  before: Index | undefined,
  title: string,
): Promise<Index> {
  const { rows, sampleRate, classes, read } = await openParquet(source);
  const index = before ?? {
    sampleRate: sampleRate ?? null,
    files: [],
    labels: classes.map(({ column, names }) => ({ column, names, values: [] })),
  };
  const known = index.labels.map(({ column, names }) => ({ column, names }));
  requireSameClasses(source.name, classes, known);
  const bar = progress({ title, total: rows.reduce((sum, count) => sum + count, 0), unit: 'clips' });
  try {
    let written = 0;
    let done = 0;
    for (const group of rows.keys()) {
      const clips = await read(group);
      // Rows may share what is stored once.
      written += clips.reduce((sum, { bytes }) => sum + bytes.length, 0);
      requireBytes(source.name, written, source.limits);
      for (const { bytes, path, labels } of clips) {
        const file = fileNameOf(index.files.length, path);
        await writeFile(join(folder, file), bytes);
        index.files.push(file);
        for (const [i, { values }] of index.labels.entries()) values.push(labels[i]);
        bar.update(++done);
      }
    }
  } finally {
    bar.end();
  }
  return index;
}

async function sourceOf(
  handle: FileHandle,
  name: string,
  { maxUnpackedSize, read }: UnpackParquetOptions,
): Promise<ParquetSource> {
  const { size } = await handle.stat();
  return {
    name,
    byteLength: size,
    limits: unpackLimits(size, maxUnpackedSize),
    advice: 'Remove it, to download it again',
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      if (!(await readFully(handle, bytes, start))) throw new Error('it is cut off');
      read?.(bytes.length);
      return bytes.buffer;
    },
  };
}
