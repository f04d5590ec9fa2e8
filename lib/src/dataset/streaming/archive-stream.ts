import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { DatasetError } from '../../errors.js';
import type { RemoteFile } from '../../hub/download/remote-file.js';
import { archiveClips } from '../archive/archive-clips.js';
import { classLabel } from '../class-label.js';
import { unpackLimits } from '../unpack-limits.js';
import type { ClipStream, StreamedClip } from './clip-stream.js';

/** GTZAN's: what an archive has is only known at its end. */
const GENRES = ['blues', 'classical', 'country', 'disco', 'hiphop', 'jazz', 'metal', 'pop', 'reggae', 'rock'];

/**
 * The clips of GTZAN's archive, as it arrives: `genres/<genre>/<clip>`.
 *
 * @param labelColumn - what to call the genres
 */
export function archiveStream(
  id: string,
  remote: RemoteFile,
  labelColumn: string,
  maxUnpackedSize?: number,
): ClipStream {
  const genres = classLabel(GENRES);

  async function* clips(_: readonly number[], skip: number, signal: AbortSignal): AsyncGenerator<StreamedClip> {
    const source = Readable.from(remote.part(0, remote.size, signal), { objectMode: false });
    const unpacked = createGunzip();
    source.on('error', (error) => unpacked.destroy(error));
    let left = skip;
    try {
      const limits = unpackLimits(remote.size, maxUnpackedSize);
      for await (const { parts, content } of archiveClips(source.pipe(unpacked), remote.name, limits)) {
        if (--left >= 0) continue;
        const genre = parts.at(-2) ?? '';
        if (!GENRES.includes(genre)) {
          throw new DatasetError(
            `${remote.name} has a class '${genre}', which GTZAN has not; load it without streaming, so that all are known`,
          );
        }
        const sound = await buffer(content());
        yield { file: parts.join('/'), sound, labels: { [labelColumn]: genres.str2int(genre) } };
      }
    } finally {
      source.destroy();
      unpacked.destroy();
    }
  }

  return { name: id, sampleRate: undefined, labels: new Map([[labelColumn, genres]]), shards: 1, clips };
}
