import { AudioDecodeError } from '../errors.js';
import { pathOf } from '../files.js';
import { type AudioFile, closeAudioFile, openAudioFile, scratchFile } from './audio-file.js';
import { type DownloadLimits, download, sourceName } from './download.js';

/** A path, a `file:`, `http:` or `https:` URL, 'onpa:' and a path in the course's data/, or the bytes of a file. */
export type AudioSource = string | URL | Uint8Array;

/**
 * Opens a source for as long as `use` takes.
 *
 * @param use - is given the file, and what to call it in an error
 * @param limits - of a download
 * @throws AudioDecodeError if the source cannot be read
 */
export async function withAudioFile<Result>(
  source: AudioSource,
  use: (file: AudioFile, name: string) => Promise<Result>,
  limits: DownloadLimits = {},
): Promise<Result> {
  const bytes = await bytesOf(source, limits);
  return turn(async () => {
    const file = bytes ? await scratchFile([bytes], bytes.length) : openPath(source as string | URL);
    try {
      return await use(file, source instanceof Uint8Array ? `${source.length} bytes of audio` : sourceName(source));
    } finally {
      closeAudioFile(file);
    }
  });
}

/** Files that are open at once: a process may open some hundreds, and koffi calls as many functions. */
const AT_ONCE = 16;
let open = 0;
const waiting: (() => void)[] = [];

/** Does `work` when there is room for another open file. */
async function turn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (open >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  else open += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else open -= 1;
  }
}

/** The bytes of what is no file of this machine. */
async function bytesOf(source: AudioSource, limits: DownloadLimits): Promise<Uint8Array | undefined> {
  // Copied at once: they are the caller's to change.
  if (source instanceof Uint8Array) return source.slice();
  const isUrl = source instanceof URL || /^https?:/i.test(source);
  if (!isUrl || isLocal(source)) return undefined;
  return download(source, limits).catch((cause: Error) => {
    throw new AudioDecodeError(`${sourceName(source)} cannot be downloaded: ${cause.message}`, { cause });
  });
}

const isLocal = (source: string | URL): boolean => /^(file|onpa):/i.test(String(source));

function openPath(source: string | URL): AudioFile {
  try {
    return openAudioFile(pathOf(String(source)));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : (code ?? message);
    throw new AudioDecodeError(`${source} cannot be read: ${reason}`, { cause });
  }
}
