import { randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, read, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AudioDecodeError } from '../errors.js';
import { loadKoffi } from '../koffi.js';

/** An open file. */
export interface AudioFile {
  descriptor: number;
  /** In bytes. */
  size: number;
  /** Its first bytes. */
  head: Buffer;
}

/** How much of a file is read with its opening, in bytes. */
const HEAD = 2 ** 16;

/**
 * The file at a path. What is asked of the system here is short, and at once: a turn of a thread for each takes longer than
 * to decode a second of sound.
 *
 * @throws Error of the system, or one that says that it is no file
 */
export function openAudioFile(path: string): AudioFile {
  // A pipe would be waited for.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile())
      throw new Error(found.isDirectory() ? 'it is a folder' : 'it is a device or a pipe, not a file');
    const head = Buffer.allocUnsafe(Math.min(found.size, HEAD));
    return { descriptor, size: found.size, head: head.subarray(0, readSync(descriptor, head, 0, head.length, 0)) };
  } catch (cause) {
    closeSync(descriptor);
    throw cause;
  }
}

export function closeAudioFile({ descriptor }: AudioFile): void {
  closeSync(descriptor);
}

const readLater = promisify(read);

/** Up to `length` bytes from `position` on; fewer at the file's end. */
export async function readBytes(file: AudioFile, position: number, length: number): Promise<Buffer> {
  const end = Math.min(file.size, position + length);
  if (end <= file.head.length) return file.head.subarray(position, Math.max(position, end));
  const bytes = Buffer.allocUnsafe(Math.max(0, end - position));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await readLater(file.descriptor, bytes, done, bytes.length - done, position + done);
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
  const descriptor = (size <= IN_MEMORY ? memoryFile() : undefined) ?? unlinkedFile();
  let written = 0;
  let head = Buffer.alloc(0);
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(descriptor, piece, at, piece.length - at, written + at);
      if (head.length < HEAD) head = Buffer.concat([head, piece.subarray(0, HEAD - head.length)]);
      written += piece.length;
    }
  } catch (cause) {
    closeSync(descriptor);
    throw new AudioDecodeError(`audio cannot be kept for decoding: ${(cause as Error).message}`, { cause });
  }
  return { descriptor, size: written, head };
}

/** @returns undefined where the system has none: Linux alone has */
function memoryFile(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  system ??= bindSystem();
  const made = system.make('onpa', CLOSE_ON_EXEC);
  if (made < 0) return undefined;
  try {
    // One that Node knows, and closes with a thread that ends.
    return openSync(`/proc/self/fd/${made}`, 'r+');
  } catch {
    return undefined;
  } finally {
    system.close(made);
  }
}

interface System {
  make(name: string, flags: number): number;
  close(descriptor: number): number;
}

const CLOSE_ON_EXEC = 1;
let system: System | undefined;

function bindSystem(): System {
  try {
    const c = loadKoffi().load(null);
    return { make: c.func('int memfd_create(const char *, unsigned int)'), close: c.func('int close(int)') };
  } catch {
    return { make: () => -1, close: () => 0 };
  }
}

function unlinkedFile(): number {
  const path = join(tmpdir(), `onpa-${randomUUID()}`);
  try {
    const descriptor = openSync(path, 'wx+', 0o600);
    rmSync(path);
    return descriptor;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new AudioDecodeError(`audio cannot be kept for decoding: ${reason}; set TMPDIR to a folder of yours`, {
      cause,
    });
  }
}
