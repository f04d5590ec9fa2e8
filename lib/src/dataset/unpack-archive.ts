import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { progress } from '../progress.js';
import { archiveClips, archiveError } from './archive/archive-clips.js';
import { unpackLimits } from './unpack-limits.js';

/** What is unpacked at a time, in bytes. */
const CHUNK = 1 << 18;

const ADVICE = 'Remove it, to download it again';

/**
 * Unpacks the clips of a `.tar.gz`, as a stream: no more than a few blocks of it are in memory.
 *
 * @param maxUnpackedSize - in MB; see {@link unpackLimits}
 * @throws DatasetError if it is cut off or damaged, unpacks to more than it may, or would write outside of the folder
 */
export async function unpackArchive(archive: string, folder: string, maxUnpackedSize?: number): Promise<void> {
  const { size } = await stat(archive);
  const limits = unpackLimits(size, maxUnpackedSize);
  const bar = progress({ title: `Unpacking ${basename(archive)}`, total: size, unit: 'bytes' });
  let read = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      read += chunk.length;
      bar.update(read);
      done(null, chunk);
    },
  });
  let writing: Promise<void> = Promise.resolve();
  const write = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const { parts, content } of archiveClips(chunks, archive, limits, ADVICE)) {
      const path = join(folder, ...parts);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content());
    }
  };
  try {
    await pipeline(
      createReadStream(archive),
      count,
      createGunzip({ chunkSize: CHUNK }),
      (chunks: AsyncIterable<Uint8Array>) => {
        writing = write(chunks);
        return writing;
      },
    );
  } catch (cause) {
    throw archiveError(archive, cause, ADVICE);
  } finally {
    // Where the archive breaks off, the last file is still being written.
    await writing.catch(() => {});
    bar.end();
  }
}
