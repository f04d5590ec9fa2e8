import { DatasetError } from '../errors.js';
import { isFile, isFolder, pathOf } from '../files.js';
import type { HubOptions } from '../hub/download/repository-file.js';
import { requireChoice } from '../validation.js';
import { AudioDataset } from './audio-dataset.js';
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
  /** The column of classes to learn: what to call it (default 'genre'), or for Parquet which one (default the first). */
  labelColumn?: Label;
  /**
   * What each file of the Hub may unpack to, in MB; default 20 times its own size, at least 256. A small file could fill
   * the disk.
   */
  maxUnpackedSize?: number;
  /** Read the rows one after the other, without a copy on the disk; default false. */
  streaming?: boolean;
}

/**
 * Loads clips with their classes, like `datasets.load_dataset`. `idOrFolder` is
 *
 * - a folder: `genres/<genre>/<clip>`, or any with a folder for each class, itself divided into train, validation and test
 *   or not; WAV, FLAC, Ogg Vorbis and MP3 files, in order of class and name;
 * - a folder of Parquet files that `datasets` wrote, such as `data/train-00000-of-00002.parquet`;
 * - `owner/name` on the Hugging Face Hub, as Parquet (branch `refs/convert/parquet`) or as GTZAN's `data/genres.tar.gz`.
 *
 * Files of the Hub are kept in the cache that Python's huggingface_hub uses. Their clips are unpacked once, as a stream,
 * into the folder `datasets` of `ONPA_CACHE` (else `~/.cache/onpa`), and need no connection from then on. GTZAN's one
 * broken file is left out: 999 rows are left.
 *
 * With `streaming: true` nothing is kept, neither in these folders nor elsewhere: rows come over the network as they are
 * asked for, and again in the next loop. GTZAN's archive then has the ten genres of GTZAN.
 *
 * @param idOrFolder - a folder as a path or `file:` URL, or `owner/name` on the Hub; a folder goes first
 * @throws ParameterError if idOrFolder is neither a folder nor could be a repository
 * @throws DatasetError if it is not laid out as a data set, or has no such split; the message names those there are
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
  const isLocal = await isFolder(path);
  const parquet = isLocal ? await parquetFolder(path, split) : undefined;
  if (streaming && (parquet || !isLocal)) {
    const part = { split, name, maxUnpackedSize };
    const stream = parquet
      ? await localParquetStream(path, parquet, labelColumn, maxUnpackedSize)
      : await hubStream(idOrFolder, part, labelColumn, hub);
    return new IterableAudioDataset<Label>(stream);
  }
  const clips = parquet
    ? await localParquetClips(path, parquet, maxUnpackedSize)
    : isLocal
      ? await folderClips(path, split, labelColumn ?? 'genre')
      : await hubClips(idOrFolder, { split, name, labelColumn: labelColumn ?? 'genre', maxUnpackedSize }, hub);
  const kept = withoutBroken(clips);
  const labels = labelColumn === undefined ? kept.labels : withFirst(kept.name, kept.labels, labelColumn);
  const dataset = new AudioDataset<Label>({ ...kept, labels });
  return streaming ? dataset.toIterableDataset() : dataset;
}

/** The file of GTZAN that nothing can decode; those of a Parquet file have a number before their name. */
const BROKEN = /(^|[/\\-])jazz\.00054\.wav$/;

const noted = new Set<string>();

/** The clips without GTZAN's broken one; says so, once for each set. */
function withoutBroken(clips: Clips): Clips {
  const rows = [...clips.files.keys()].filter((row) => !BROKEN.test(clips.files[row]));
  if (rows.length === clips.files.length) return clips;
  if (!noted.has(clips.name)) console.warn(`jazz.00054.wav, GTZAN's one broken file, is left out: ${rows.length} rows`);
  noted.add(clips.name);
  const chosen = <T>(values: readonly T[]) => rows.map((row) => values[row]);
  const labels = [...clips.labels].map(
    ([name, { feature, values }]) => [name, { feature, values: chosen(values) }] as const,
  );
  return { ...clips, files: chosen(clips.files), labels: new Map(labels) };
}
