import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { DatasetError } from '../errors.js';
import { isSystemError } from '../files.js';
import { progress } from '../progress.js';
import { isClipName } from './folder-clips.js';

/**
 * Unpacks the clips of a `.tar.gz`, as a stream: no more than a few blocks of it are in memory.
 *
 * @throws DatasetError if it is cut off or damaged, or would write outside of the folder
 */
export async function unpackArchive(archive: string, folder: string): Promise<void> {
  const bar = progress({ title: `Unpacking ${basename(archive)}`, total: (await stat(archive)).size, unit: 'bytes' });
  let read = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      read += chunk.length;
      bar.update(read);
      done(null, chunk);
    },
  });
  let writing: Promise<void> = Promise.resolve();
  const entries = extract();
  // Its iterator, and pipelines from an entry, do not end where the archive ends within a file.
  entries.on('entry', ({ name, type }, entry, next) => {
    // What breaks an entry off breaks the archive off.
    entry.on('error', () => {});
    const wanted = type === 'file' && isClipName(basename(name));
    if (!wanted) {
      entry.on('end', next).resume();
      return;
    }
    writing = write(entry as unknown as AsyncIterable<Uint8Array>, archive, folder, name);
    writing.then(() => next(), next);
  });
  try {
    await pipeline(createReadStream(archive), count, createGunzip(), entries);
    await writing;
  } catch (cause) {
    if (cause instanceof DatasetError || isSystemError(cause)) throw cause;
    const reason = (cause as Error).message;
    throw new DatasetError(`${archive} cannot be unpacked: ${reason}. Remove it, to download it again`, { cause });
  } finally {
    await writing.catch(() => {});
    bar.end();
  }
}

async function write(entry: AsyncIterable<Uint8Array>, archive: string, folder: string, name: string): Promise<void> {
  const path = join(folder, ...inside(archive, name));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, entry);
}

/** The parts of an entry's path. */
function inside(archive: string, name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '.');
  if (parts.some((part) => part === '' || part === '..' || part.includes('\\'))) {
    throw new DatasetError(`${archive} has a file '${name}', which lies outside of its folder`);
  }
  return parts;
}
