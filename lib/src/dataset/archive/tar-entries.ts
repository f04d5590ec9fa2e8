import { DatasetError } from '../../errors.js';
import { requireBytes, requireRows, type UnpackLimits } from '../unpack-limits.js';
import { blockReader } from './block-reader.js';
import { BLOCK, paxRecords, type TarHeader, tarHeader, text } from './tar-header.js';

/** Of a long name or extended header, in bytes. */
const LONGEST_HEADER = 1 << 20;

/** A file, folder or something else in an archive. */
export interface TarEntry {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'device' | 'other';
  /** In bytes. */
  size: number;
  /** Its bytes, before the next entry is asked for; what is not taken is passed by. */
  content(): AsyncGenerator<Uint8Array>;
}

/**
 * The entries of a tar archive, one after the other as its bytes come.
 *
 * The packages that read tar hand out a stream for each entry, and where an archive lies about its sizes, some of these
 * never end, nor does who waits for them. Here everybody waits for the next bytes alone.
 *
 * @param name - of the archive, for messages
 * @throws DatasetError if it unpacks to more than its limits, or an entry has a size that cannot be
 * @throws Error if it is damaged or cut off
 */
export async function* tarEntries(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  limits: UnpackLimits,
): AsyncGenerator<TarEntry> {
  const reader = blockReader(chunks, (bytes) => requireBytes(name, bytes, limits));
  let globals: Record<string, string> = {};
  let own: Record<string, string> = {};
  let longName: string | undefined;
  for (let entries = 1; ; entries++) {
    requireRows(name, entries, limits);
    const block = await reader.take(BLOCK);
    const header = block && tarHeader(block);
    if (!block) throw new Error('it ends without the mark of its end; is it cut off?');
    if (!header) break;
    const size = sizeOf(header, own);
    // Before anything of it is read.
    requireBytes(name, reader.read + size, limits);
    const end = reader.read + Math.ceil(size / BLOCK) * BLOCK;
    if (header.kind === 'pax') own = { ...own, ...paxRecords(await headerContent(size)) };
    else if (header.kind === 'global pax') globals = { ...globals, ...paxRecords(await headerContent(size)) };
    else if (header.kind === 'long name') longName = text(await headerContent(size));
    else if (header.kind !== 'long link') {
      const records = { ...globals, ...own };
      yield {
        ...kindOf(header.kind, records),
        name: longName ?? records.path ?? header.name,
        size,
        content: () => reader.pieces(size),
      };
      own = {};
      longName = undefined;
    }
    await reader.skip(end - reader.read);
  }
  // The checksum of what is compressed comes last.
  for await (const _ of reader.pieces(Infinity));

  function sizeOf(header: TarHeader, records: Record<string, string>): number {
    const { kind } = header;
    const isHeader = kind.includes('pax') || kind.startsWith('long');
    const given = isHeader ? undefined : records.size;
    if (given !== undefined && !/^\d+$/.test(given)) throw new Error(`the size of '${header.name}' is '${given}'`);
    const size = given === undefined ? header.size : Number(given);
    if (size === 0 || kind === 'file' || kind === 'other' || (isHeader && size <= LONGEST_HEADER)) return size;
    throw new DatasetError(
      `${name} is damaged: '${header.name.slice(0, 200)}' is a ${kind} of ${size} bytes${isHeader ? '' : ', where only files have content'}`,
    );
  }

  async function headerContent(size: number): Promise<Uint8Array> {
    const content = await reader.take(size);
    if (!content) throw new Error('it is cut off');
    return content;
  }
}

/** A sparse file looks like another, and is not. */
function kindOf(kind: TarHeader['kind'], records: Record<string, string>): Pick<TarEntry, 'kind'> {
  const isSparse = kind === 'file' && Object.keys(records).some((key) => key.startsWith('GNU.sparse'));
  return { kind: isSparse ? 'other' : (kind as TarEntry['kind']) };
}
