import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { progress } from '../progress.js';
import { classLabel } from './class-label.js';
import type { Clips } from './clips.js';
import { requireSameClasses } from './parquet/clip-columns.js';
import { type LocalSourceOptions, localSource } from './parquet/local-source.js';
import { openParquet } from './parquet/open-parquet.js';
import type { ParquetSource } from './parquet/parquet-source.js';
import { requireBytes } from './unpack-limits.js';

/** What {@link unpackParquet} writes beside the clips. */
export const INDEX: string = 'rows.json';

interface Index {
  sampleRate: number | null;
  /** Names of files in the folder. */
  files: string[];
  labels: { column: string; names: readonly string[]; values: number[] }[];
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
  options: LocalSourceOptions = {},
): Promise<void> {
  let index: Index | undefined;
  for (const [i, file] of files.entries()) {
    const part = files.length > 1 ? ` (${i + 1} of ${files.length})` : '';
    const source = await localSource(file, options);
    index = await unpackFile(source, folder, index, `Unpacking ${basename(file)}${part}`);
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
