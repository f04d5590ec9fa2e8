import { DatasetError, HubError } from '../../errors.js';
import { repositoryListing } from '../../hub/download/list-repo-files.js';
import { remoteFile } from '../../hub/download/remote-file.js';
import { type HubOptions, requireRepository } from '../../hub/download/repository-file.js';
import { isOffline } from '../../hub/environment.js';
import { LAYOUT, requireSplit } from '../folder-clips.js';
import { ARCHIVE, choosePart, type HubPart, nothingToLoad, PARQUET, partsOf } from '../hub-parts.js';
import { archiveStream } from './archive-stream.js';
import type { ClipStream } from './clip-stream.js';
import { parquetStream, remoteSource } from './parquet-stream.js';

/**
 * The clips of a data set of the Hub, without a copy on this machine: from Parquet files if it has any, else from GTZAN's
 * archive.
 *
 * @param labelColumn - the column to learn, or what to call the classes where only folders name them
 * @throws HubError if the Hub refuses, cannot be reached, or may not be asked
 * @throws ParameterError if the Hub could have no such repository
 * @throws DatasetError if it has neither, or no such split or configuration
 */
export async function hubStream(
  id: string,
  part: Omit<HubPart, 'labelColumn'>,
  labelColumn: string | undefined,
  options: HubOptions,
): Promise<ClipStream> {
  const { revision = PARQUET } = options;
  const { maxUnpackedSize } = part;
  const asked = { ...options, revision, repoType: 'dataset' } as const;
  await requireRepository(id, asked, `a folder (${LAYOUT})`);
  if (isOffline()) {
    throw new HubError(`${id} cannot be streamed: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids it: unset it`);
  }
  const listing = await repositoryListing(id, asked);
  const parts = partsOf(listing?.files ?? []);
  if (listing && parts.size > 0) {
    const { files } = choosePart(id, part, parts);
    const at = { ...asked, revision: listing.commit };
    const open = async (file: string, signal: AbortSignal) => {
      const remote = await remoteFile(id, file, at);
      if (remote === undefined) throw new DatasetError(`${id} has no ${file} any more; load it again`);
      return remoteSource(remote, maxUnpackedSize, signal);
    };
    return parquetStream({ name: id, files, open, labelColumn });
  }
  const main = { ...asked, revision: options.revision ?? 'main' };
  const archive = await remoteFile(id, ARCHIVE, main);
  if (archive === undefined) throw new DatasetError(nothingToLoad(id, revision));
  requireSplit(id, part.split, ['train']);
  return archiveStream(id, archive, labelColumn ?? 'genre', maxUnpackedSize);
}
