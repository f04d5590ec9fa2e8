import { fileURLToPath } from 'node:url';
import { ParameterError } from '../../errors.js';
import { isFile, isFolder } from '../../hub/cache.js';
import type { HubOptions } from '../../hub/repository-file.js';
import { AudioDataset } from './audio-dataset.js';
import { folderClips } from './folder-clips.js';

/** Options of {@link loadDataset}. */
export interface LoadDatasetOptions<Label extends string> extends HubOptions {
  /** The part to load; default 'train'. */
  split?: string;
  /** Which of a repository's data sets, where it has several. */
  name?: string;
  /** The column of classes: for a folder what to call it (default 'genre'), for a repository which one (default its first). */
  labelColumn?: Label;
}

export async function loadDataset<Label extends string = 'genre'>(
  idOrFolder: string,
  options: LoadDatasetOptions<Label> = {},
): Promise<AudioDataset<Label>> {
  const { split = 'train', labelColumn = 'genre' } = options;
  const path = idOrFolder.startsWith('file:') ? fileURLToPath(idOrFolder) : idOrFolder;
  if (await isFolder(path)) return new AudioDataset(await folderClips(path, split, labelColumn));
  const reason = (await isFile(path)) ? 'a file, not a folder' : 'no folder';
  throw new ParameterError(`'${idOrFolder}' is ${reason}; give a folder that there is`);
}
