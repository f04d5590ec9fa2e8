import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { DatasetError } from '../errors.js';
import { isSystemError, readFully } from '../files.js';
import { progress } from '../progress.js';
import { classLabel } from './class-label.js';
import type { Clips } from './clips.js';

/** What {@link unpackParquet} writes beside the clips. */
export const INDEX: string = 'rows.json';

interface Index {
  sampleRate: number | null;
  /** Names of files in the folder. */
  files: string[];
  labels: { column: string; names: string[]; values: number[] }[];
}

/** Columns as `datasets` notes them in a Parquet file. */
type Features = Record<string, { _type?: string; sampling_rate?: number | null; names?: string[] }>;

/**
 * Writes the clips of Parquet files into a folder, each as the audio file that it was.
 *
 * A page of a Parquet file holds many clips, often a whole group of rows: to read one means to unpack all of them, and
 * training reads one here, one there. So each group is read once, in order, and no more than one is in memory.
 *
 * @param read - told of all bytes that are read
 * @throws DatasetError if a file is damaged, or has no audio or no class labels
 */
export async function unpackParquet(
  files: readonly string[],
  folder: string,
  read: (bytes: number) => void = () => {},
): Promise<void> {
  let index: Index | undefined;
  for (const [i, file] of files.entries()) {
    const handle = await open(file);
    try {
      const part = files.length > 1 ? ` (${i + 1} of ${files.length})` : '';
      index = await unpackFile(handle, file, folder, index, `Unpacking ${basename(file)}${part}`, read);
    } catch (cause) {
      if (cause instanceof DatasetError || isSystemError(cause)) throw cause;
      const reason = (cause as Error).message;
      throw new DatasetError(`${file} cannot be read as Parquet: ${reason}. Remove it, to download it again`, {
        cause,
      });
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

async function unpackFile(
  handle: FileHandle,
  name: string,
  folder: string,
  before: Index | undefined,
  title: string,
  read: (bytes: number) => void,
): Promise<Index> {
  const file = await bytesOf(handle, read);
  const metadata = await parquetMetadataAsync(file);
  const features = featuresOf(metadata, name);
  const audio = Object.keys(features).find((column) => features[column]._type === 'Audio');
  const classes = Object.keys(features).filter((column) => features[column]._type === 'ClassLabel');
  if (audio === undefined || classes.length === 0) {
    const missing = audio === undefined ? 'audio' : 'class labels';
    throw new DatasetError(`${name} has no column of ${missing}; its columns are ${Object.keys(features).join(', ')}`);
  }
  const index = before ?? {
    sampleRate: features[audio].sampling_rate ?? null,
    files: [],
    labels: classes.map((column) => ({ column, names: features[column].names ?? [], values: [] })),
  };
  const bar = progress({ title, total: Number(metadata.num_rows), unit: 'clips' });
  try {
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const columns = [audio, ...classes];
      const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors, utf8: false });
      for (const [i, row] of rows.entries()) {
        const clip = row[audio] as { bytes?: Uint8Array; path?: string } | null;
        if (!clip?.bytes) throw new DatasetError(`${name}: row ${rowStart + i} has no audio in it`);
        const number = String(index.files.length).padStart(6, '0');
        const path = [number, clip.path && basename(clip.path).replaceAll(/[^\w.-]/g, '_')].filter(Boolean).join('-');
        await writeFile(join(folder, path), clip.bytes);
        index.files.push(path);
        for (const { column, values } of index.labels) values.push(Number(row[column] ?? -1));
        bar.update(rowStart + i + 1);
      }
      rowStart = rowEnd;
    }
  } finally {
    bar.end();
  }
  return index;
}

function featuresOf({ key_value_metadata }: FileMetaData, name: string): Features {
  const json = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  const features = json === undefined ? undefined : (JSON.parse(json).info?.features as Features | undefined);
  if (!features) throw new DatasetError(`${name} does not say what its columns are, as Parquet files of datasets do`);
  return features;
}

async function bytesOf(handle: FileHandle, read: (bytes: number) => void): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      if (!(await readFully(handle, bytes, start))) throw new Error('it is cut off');
      read(bytes.length);
      return bytes.buffer;
    },
  };
}
