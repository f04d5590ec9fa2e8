import { resolve } from 'node:path';
import { load } from '../audio/load.js';
import { AudioDecodeError, DatasetError, HubError } from '../errors.js';
import { isFile, isFolder, pathOf } from '../files.js';
import type { HubOptions } from '../hub/download/repository-file.js';
import { requireChoice } from '../validation.js';
import { AudioDataset } from './audio-dataset.js';
import { isKnownBroken } from './broken-clip.js';
import type { Clips } from './clips.js';
import { folderClips, LAYOUT } from './folder-clips.js';
import { hubClips } from './hub-clips.js';
import { withFirst } from './label-columns.js';
import { localParquetClips, localParquetStream, parquetFolder } from './parquet-folder.js';
import { hubStream } from './streaming/hub-stream.js';
import { IterableAudioDataset } from './streaming/iterable-dataset.js';

/** Options of {@link loadDataset}. */
export interface LoadDatasetOptions<Label extends string> extends HubOptions {
  /** The part to load; default 'train'. */
  split?: string;
  /** Which of its data sets, where a repository holds several. */
  name?: string;
  /**
   * The column of classes to learn: for folders what to call it (default 'genre'), for metadata or Parquet which one (default
   * 'label' or 'genre', or the first).
   */
  labelColumn?: Label;
  /**
   * What each archive or Parquet file may unpack to, in MB; default 20 times its own size, at least 256. A small file could fill
   * the disk.
   */
  maxUnpackedSize?: number;
  /** Read the rows one after the other, without a copy on the disk; default false. */
  streaming?: boolean;
}

/**
 * Loads clips with their classes, like `datasets.load_dataset`. `idOrFolder` is
 *
 * - a folder: `genres/<genre>/<clip>`, or any with a folder for each class, which is read to any depth; or with
 *   `metadata.csv` or `metadata.jsonl` files, whose `file_name` names clips, `label` their classes, and other columns what
 *   else a row has. It may be divided into train, validation and test by folders or names, which Python's `datasets` knows:
 *   'training', 'val', 'valid', 'dev', 'testing', 'eval', … Classes have the same numbers in all of them. Rows are in order of
 *   their paths. What is in no row is named in a note;
 * - a folder of Parquet files that `datasets` wrote, such as `data/train-00000-of-00002.parquet`;
 * - `owner/name` on the Hugging Face Hub, as Parquet (branch `refs/convert/parquet`) or as GTZAN's `data/genres.tar.gz`.
 *
 * Files of the Hub are kept in the cache that Python's huggingface_hub uses. Their clips are unpacked once, as a stream,
 * into the folder `datasets` of `ONPA_CACHE` (else `~/.cache/onpa`), and need no connection from then on. GTZAN's one
 * broken file is left out where it cannot be read: 999 rows are left.
 *
 * With `streaming: true` nothing is kept, neither in these folders nor elsewhere: rows come over the network as they are
 * asked for, and again in the next loop. GTZAN's archive then has the ten genres of GTZAN.
 *
 * @param idOrFolder - a folder as a path or `file:` URL, `owner/name` on the Hub (a folder goes first), or 'onpa:mini-genres'
 * @throws ParameterError if idOrFolder is neither a folder nor could be a repository
 * @throws DatasetError if it is not laid out as a data set, has a class without a clip, metadata that names no file in it, or
 * no such split; the message names those there are
 * @throws HubError if the Hub refuses or cannot be reached
 *
 * @example
 * const gtzan = await loadDataset('marsyas/gtzan');
 * gtzan.features.genre.names; // ['blues', 'classical', …]
 *
 * for await (const { audio } of await loadDataset('marsyas/gtzan', { streaming: true })) play(audio);
 *
 * @see {@link AudioDataset}, {@link IterableAudioDataset}; {@link hfHubDownload}, for a single file of a repository
 */
export async function loadDataset<Label extends string = 'genre'>(
  idOrFolder: string,
  options: LoadDatasetOptions<Label> & { streaming: true },
): Promise<IterableAudioDataset<Label>>;
export async function loadDataset<Label extends string = 'genre'>(
  idOrFolder: string,
  options?: LoadDatasetOptions<Label> & { streaming?: false },
): Promise<AudioDataset<Label>>;
export async function loadDataset<Label extends string = 'genre'>(
  idOrFolder: string,
  options?: LoadDatasetOptions<Label>,
): Promise<AudioDataset<Label> | IterableAudioDataset<Label>>;
export async function loadDataset<Label extends string = 'genre'>(
  idOrFolder: string,
  options: LoadDatasetOptions<Label> = {},
): Promise<AudioDataset<Label> | IterableAudioDataset<Label>> {
  const { split = 'train', name, labelColumn, maxUnpackedSize, streaming = false, ...hub } = options;
  requireChoice('streaming', streaming, [true, false]);
  const path = pathOf(idOrFolder);
  if (await isFile(path)) throw new DatasetError(`${idOrFolder} is a file, not a folder; ${LAYOUT}`);
  if (await isFolder(path)) {
    const parquet = await parquetFolder(path, split);
    if (parquet && streaming) {
      return new IterableAudioDataset<Label>(await localParquetStream(path, parquet, labelColumn, maxUnpackedSize));
    }
    const clips = parquet
      ? await localParquetClips(path, parquet, maxUnpackedSize)
      : await folderClips(path, split, labelColumn);
    const dataset = audioDataset<Label>(await withoutBroken(clips), labelColumn);
    return streaming ? dataset.toIterableDataset() : dataset;
  }
  try {
    const part = { split, name, maxUnpackedSize };
    if (streaming) return new IterableAudioDataset<Label>(await hubStream(idOrFolder, part, labelColumn, hub));
    const clips = await hubClips(idOrFolder, { ...part, labelColumn: labelColumn ?? 'genre' }, hub);
    return audioDataset<Label>(await withoutBroken(clips), labelColumn);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new HubError(`${error.message}. Nor is there a folder ${resolve(path)}`, { cause: error });
  }
}

function audioDataset<Label extends string>(clips: Clips, labelColumn: string | undefined): AudioDataset<Label> {
  const { name, labels } = clips;
  return new AudioDataset<Label>({
    ...clips,
    labels: labelColumn === undefined ? labels : withFirst(name, labels, labelColumn),
  });
}

const noted = new Set<string>();

/** The clips without GTZAN's broken one, unless it is whole here; says so, once for each set. */
async function withoutBroken(clips: Clips): Promise<Clips> {
  const suspects = clips.files.filter((file) => isKnownBroken(file));
  const broken = new Set<string>();
  for (const file of suspects) if (!(await canBeRead(file))) broken.add(file);
  if (broken.size === 0) return clips;
  const rows = [...clips.files.keys()].filter((row) => !broken.has(clips.files[row]));
  if (!noted.has(clips.name)) console.warn(`jazz.00054.wav, GTZAN's one broken file, is left out: ${rows.length} rows`);
  noted.add(clips.name);
  const chosen = <T>(values: readonly T[]) => rows.map((row) => values[row]);
  const labels = [...clips.labels].map(
    ([name, { feature, values }]) => [name, { feature, values: chosen(values) }] as const,
  );
  const columns = [...(clips.columns ?? [])].map(([name, values]) => [name, chosen(values)] as const);
  return { ...clips, files: chosen(clips.files), labels: new Map(labels), columns: new Map(columns) };
}

async function canBeRead(file: string): Promise<boolean> {
  try {
    await load(file, { sampleRate: null });
    return true;
  } catch (error) {
    if (error instanceof AudioDecodeError) return false;
    throw error;
  }
}
