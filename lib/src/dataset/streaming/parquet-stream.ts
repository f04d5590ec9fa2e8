import { DatasetError } from '../../errors.js';
import { type RemoteFile, remoteFile } from '../../hub/download/remote-file.js';
import type { HubOptions } from '../../hub/download/repository-file.js';
import { classLabel } from '../class-label.js';
import { withFirst } from '../label-columns.js';
import { requireSameClasses } from '../parquet/clip-columns.js';
import { openParquet, type ParquetClips } from '../parquet/open-parquet.js';
import { unpackLimits } from '../unpack-limits.js';
import type { ClipStream, StreamedClip } from './clip-stream.js';

/** A part of a data set of the Hub that is Parquet files. */
export interface ParquetPart {
  id: string;
  files: readonly string[];
  /** The commit to read, and who asks. */
  hub: HubOptions;
  /** The column to learn; default the first. */
  labelColumn: string | undefined;
  maxUnpackedSize: number | undefined;
}

/**
 * The clips of Parquet files of the Hub, read over the network by groups of rows; the first file says what its columns are.
 *
 * @throws HubError, DatasetError as {@link ClipStream.clips} does
 */
export async function parquetStream(part: ParquetPart): Promise<ClipStream> {
  const { id, files, labelColumn } = part;
  const { classes, sampleRate } = await open(part, files[0], new AbortController().signal);
  const labels = new Map(classes.map(({ column, names }) => [column, classLabel(names)]));

  async function* clips(order: readonly number[], skip: number, signal: AbortSignal): AsyncGenerator<StreamedClip> {
    let left = skip;
    for (const shard of order) {
      const file = await open(part, files[shard], signal);
      requireSameClasses(`${id}: ${files[shard]}`, file.classes, classes);
      for (const [group, rows] of file.rows.entries()) {
        if (left >= rows) {
          left -= rows;
          continue;
        }
        const found = await file.read(group);
        for (let row = left; row < found.length; row++) {
          const { bytes, path, labels: values } = found[row];
          // A group is large; what has been given away is nobody's any more.
          found[row] = undefined as never;
          const label = Object.fromEntries(classes.map(({ column }, i) => [column, values[i]]));
          yield { file: path ?? `${files[shard]}, row ${row} of group ${group}`, sound: bytes, labels: label };
        }
        left = 0;
      }
    }
  }

  return {
    name: id,
    sampleRate,
    labels: labelColumn === undefined ? labels : withFirst(id, labels, labelColumn),
    shards: files.length,
    clips,
  };
}

async function open(part: ParquetPart, file: string, signal: AbortSignal): Promise<ParquetClips> {
  const remote = await remoteFile(part.id, file, { ...part.hub, repoType: 'dataset' });
  if (remote === undefined) throw new DatasetError(`${part.id} has no ${file} any more; load it again`);
  return openParquet({
    name: remote.name,
    byteLength: remote.size,
    limits: unpackLimits(remote.size, part.maxUnpackedSize),
    slice: (start, end = remote.size) => whole(remote, start, end, signal),
  });
}

async function whole(remote: RemoteFile, start: number, end: number, signal: AbortSignal): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  let done = 0;
  for await (const piece of remote.part(start, end, signal)) {
    bytes.set(piece, done);
    done += piece.length;
  }
  if (done < bytes.length) throw new DatasetError(`${remote.name} was left before its end`);
  return bytes.buffer;
}
