import { DatasetError, OnpaError } from '../../errors.js';
import { isSystemError } from '../../files.js';
import { isClipName } from '../folder-clips.js';
import type { UnpackLimits } from '../unpack-limits.js';
import { tarEntries } from './tar-entries.js';

/** A clip of an archive. */
export interface ArchiveClip {
  /** Its path within the archive. */
  parts: string[];
  /** Its bytes, before the next clip is asked for. */
  content(): AsyncGenerator<Uint8Array>;
}

/**
 * The clips of a tar archive, one after the other as its bytes come. Links are not followed; how many of them would have
 * been clips is said at the end.
 *
 * @param advice - what to do where it is damaged
 * @throws DatasetError if it is damaged or cut off, unpacks to more than its limits, or would write outside of its folder
 */
export async function* archiveClips(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  limits: UnpackLimits,
  advice: string = '',
): AsyncGenerator<ArchiveClip> {
  const links: string[] = [];
  async function* named(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* content;
    } catch (cause) {
      throw archiveError(name, cause, advice);
    }
  }
  try {
    for await (const entry of tarEntries(chunks, name, limits)) {
      const parts = entry.name.split('/').filter((part) => part !== '.');
      if (!isClipName(parts.at(-1) ?? '') || entry.kind === 'folder') continue;
      if (entry.kind === 'link') links.push(entry.name);
      else if (entry.kind !== 'file') {
        throw new DatasetError(
          `${name}: '${entry.name}' is no ordinary file, but a sparse file or a device; pack it again`,
        );
      } else yield { parts: inside(name, parts), content: () => named(entry.content()) };
    }
  } catch (cause) {
    throw archiveError(name, cause, advice);
  }
  if (links.length > 0) console.warn(`${name}: ${links.length} links to clips are left out, such as ${links[0]}`);
}

/** The error of an archive that cannot be read; what has a name already keeps it. */
export function archiveError(name: string, cause: unknown, advice: string = ''): unknown {
  if (cause instanceof OnpaError || isSystemError(cause)) return cause;
  const reason = (cause as Error).message;
  return new DatasetError(`${name} cannot be unpacked: ${reason}${advice && `. ${advice}`}`, { cause });
}

/** The parts of an entry's path, if they lead nowhere else. */
function inside(archive: string, parts: string[]): string[] {
  if (parts.some((part) => part === '' || part === '..' || /[\\\0]/.test(part))) {
    throw new DatasetError(`${archive} has a file '${parts.join('/')}', which lies outside of its folder`);
  }
  return parts;
}
