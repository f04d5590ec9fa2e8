import { DatasetError } from '../../errors.js';
import type { RemoteFile } from '../../hub/download/remote-file.js';
import { classLabel } from '../class-label.js';
import { withFirst } from '../label-columns.js';
import { requireSameClasses } from '../parquet/clip-columns.js';
import { openParquet } from '../parquet/open-parquet.js';
import type { ParquetSource } from '../parquet/parquet-source.js';
import { unpackLimits } from '../unpack-limits.js';
import type { ClipStream, StreamedClip } from './clip-stream.js';

/** A part of a data set that is Parquet files. */
export interface ParquetPart {
  /** Of the data set, for messages. */
  name: string;
  files: readonly string[];
  /** Opens one of the files. */
  open(file: string, signal: AbortSignal): Promise<ParquetSource>;
  /** The column to learn; default the first. */
  labelColumn: string | undefined;
}

/**
 * The clips of Parquet files, read by groups of rows; the first file says what its columns are.
 *
 * @throws HubError, DatasetError as {@link ClipStream.clips} does
 */
export async function parquetStream({ name, files, open, labelColumn }: ParquetPart): Promise<ClipStream> {
  const { classes, sampleRate } = await openParquet(await open(files[0], new AbortController().signal));
  const labels = new Map(classes.map(({ column, names }) => [column, classLabel(names)]));

  async function* clips(order: readonly number[], skip: number, signal: AbortSignal): AsyncGenerator<StreamedClip> {
    let left = skip;
    for (const shard of order) {
      const source = await open(files[shard], signal);
      const file = await openParquet(source);
      requireSameClasses(source.name, file.classes, classes);
      for (const [group, rows] of file.rows.entries()) {
        if (left >= rows) {
          left -= rows;
          continue;
        }
        const found = await file.read(group);
        for (let row = left; row < found.length; row++) {
          const { bytes, path, labels: values } = found[row];
          const label = Object.fromEntries(classes.map(({ column }, i) => [column, values[i]]));
          yield { file: path ?? `${files[shard]}, row ${row} of group ${group}`, sound: bytes, labels: label };
        }
        left = 0;
      }
    }
  }

  return {
    name,
    sampleRate,
    labels: labelColumn === undefined ? labels : withFirst(name, labels, labelColumn),
    shards: files.length,
    clips,
  };
}

/** A Parquet file of the Hub that is read over the network. */
export function remoteSource(
  remote: RemoteFile,
  maxUnpackedSize: number | undefined,
  signal: AbortSignal,
): ParquetSource {
  return {
    name: remote.name,
    byteLength: remote.size,
    limits: unpackLimits(remote.size, maxUnpackedSize),
    slice: (start, end = remote.size) => whole(remote, start, end, signal),
  };
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
