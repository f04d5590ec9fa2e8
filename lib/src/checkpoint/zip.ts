import { type Entry, fromRandomAccessReader, RandomAccessReader, type ZipFile } from 'yauzl';
import { CheckpointError } from '../errors.js';
import { type CheckpointFile, quote } from './checkpoint-file.js';

/** A file in a zip archive that is stored as it is. */
export interface StoredFile {
  /** Of its first byte in the archive. */
  position: number;
  /** In bytes. */
  size: number;
}

/** The most entries that an archive may have: one for each storage, and a few besides. */
const MOST_ENTRIES = 50_000;

/** Lets yauzl read an open file, and no further than it goes. */
class Reader extends RandomAccessReader {
  constructor(private readonly file: CheckpointFile) {
    super();
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let failure: Error | null = null;
    try {
      if (position + length > this.file.size) throw new Error(`it points to byte ${position}, behind the file's end`);
      this.file.read(position, target.subarray(offset, offset + length));
    } catch (error) {
      failure = error as Error;
    }
    queueMicrotask(() => callback(failure));
  }

  override _readStreamForRange(): never {
    throw new Error('entries are read by position');
  }
}

/**
 * Lists a zip archive whose entries are stored without compression, as torch.save writes them.
 *
 * @returns each entry by its name
 * @throws CheckpointError
 */
export async function listZip(file: CheckpointFile): Promise<Map<string, StoredFile>> {
  const entries = new Map<string, StoredFile>();
  try {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      fromRandomAccessReader(new Reader(file), file.size, { lazyEntries: true, autoClose: false }, (error, opened) =>
        error ? reject(error) : resolve(opened),
      );
    });
    if (zip.entryCount > MOST_ENTRIES) {
      throw new Error(`it has ${zip.entryCount} entries, more than the ${MOST_ENTRIES} allowed`);
    }
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw new Error(`it has two entries ${quote(entry.fileName)}`);
      entries.set(entry.fileName, await locate(zip, entry));
    }
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    const reason = (cause as Error).message;
    throw file.error(
      `its zip directory cannot be read: ${reason}; download it again, or save it again in Python`,
      cause,
    );
  }
  return entries;
}

async function locate(zip: ZipFile, entry: Entry): Promise<StoredFile> {
  if (entry.compressionMethod !== 0) {
    throw new Error(`${quote(entry.fileName)} is compressed, and torch.save stores everything as it is`);
  }
  if (entry.isEncrypted()) throw new Error(`${quote(entry.fileName)} is encrypted`);
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  return { position: fileDataStart, size: entry.uncompressedSize };
}
