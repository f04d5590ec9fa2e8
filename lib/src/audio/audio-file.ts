import { randomUUID } from 'node:crypto';
import { closeSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AudioDecodeError } from '../errors.js';
import { loadKoffi } from './koffi.js';

/** An open file, and its size in bytes. */
export interface AudioFile {
  handle: FileHandle;
  size: number;
}

/** The file at a path. @throws Error of the system, or one that says that it is no file */
export async function openAudioFile(path: string): Promise<AudioFile> {
  const handle = await open(path, 'r');
  const found = await handle.stat();
  if (found.isFile()) return { handle, size: found.size };
  await handle.close();
  throw new Error(found.isDirectory() ? 'it is a folder' : 'it is a device or a pipe, not a file');
}

/** Up to `length` bytes from `position` on; fewer at the file's end. */
export async function readBytes({ handle }: AudioFile, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** What is no larger is kept in memory, in bytes. */
const IN_MEMORY = 2 ** 26;

/**
 * A file without a name that holds `pieces`, one after the other: nothing is left behind, however the process ends.
 *
 * @param size - an estimate: what is small is kept in memory, where the system can
 */
export async function scratchFile(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number,
): Promise<AudioFile> {
  const handle = (size <= IN_MEMORY && (await memoryFile())) || (await unlinkedFile());
  let written = 0;
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; ) {
        const { bytesWritten } = await handle.write(piece, at, piece.length - at, written + at);
        at += bytesWritten;
      }
      written += piece.length;
    }
  } catch (cause) {
    await handle.close();
    throw cause;
  }
  return { handle, size: written };
}

/** @returns undefined where the system has none: Linux alone has */
async function memoryFile(): Promise<FileHandle | undefined> {
  if (process.platform !== 'linux') return undefined;
  makeMemoryFile ??= bindMemoryFile();
  const descriptor = makeMemoryFile('onpa', CLOSE_ON_EXEC);
  if (descriptor < 0) return undefined;
  try {
    return await open(`/proc/self/fd/${descriptor}`, 'r+');
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

const CLOSE_ON_EXEC = 1;
let makeMemoryFile: ((name: string, flags: number) => number) | undefined;

function bindMemoryFile(): (name: string, flags: number) => number {
  try {
    return loadKoffi().load(null).func('int memfd_create(const char *, unsigned int)');
  } catch {
    return () => -1;
  }
}

async function unlinkedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `onpa-${randomUUID()}`);
  try {
    const handle = await open(path, 'wx+', 0o600);
    await rm(path);
    return handle;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new AudioDecodeError(`audio cannot be kept for decoding: ${reason}; set TMPDIR to a folder of yours`, {
      cause,
    });
  }
}
