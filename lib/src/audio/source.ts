import { fileURLToPath } from 'node:url';
import { AudioDecodeError } from '../errors.js';
import { type AudioFile, closeAudioFile, openAudioFile, scratchFile } from './audio-file.js';
import { download } from './download.js';

/** A path, a `file:`, `http:` or `https:` URL, or the bytes of a file. */
export type AudioSource = string | URL | Uint8Array;

/**
 * Opens a source for as long as `use` takes.
 *
 * @param use - is given the file, and what to call it in an error
 * @throws AudioDecodeError if the source cannot be read
 */
export async function withAudioFile<Result>(
  source: AudioSource,
  use: (file: AudioFile, name: string) => Promise<Result>,
): Promise<Result> {
  const bytes = await bytesOf(source);
  return turn(async () => {
    const file = bytes ? await scratchFile([bytes], bytes.length) : openPath(source as string | URL);
    try {
      return await use(file, source instanceof Uint8Array ? `${source.length} bytes of audio` : String(source));
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

function urlOf(source: string | URL): URL | undefined {
  if (source instanceof URL) return source;
  if (!/^(https?|file):/i.test(source)) return undefined;
  if (!URL.canParse(source)) throw new AudioDecodeError(`'${source}' is no URL`);
  return new URL(source);
}

/** The bytes of what is no file of this machine. */
async function bytesOf(source: AudioSource): Promise<Uint8Array | undefined> {
  // Copied at once: they are the caller's to change.
  if (source instanceof Uint8Array) return source.slice();
  const url = urlOf(source);
  if (!url || url.protocol === 'file:') return undefined;
  return download(url).catch((cause: Error) => {
    throw new AudioDecodeError(`${url} cannot be downloaded: ${cause.message}`, { cause });
  });
}

function openPath(source: string | URL): AudioFile {
  const url = urlOf(source);
  try {
    return openAudioFile(url ? fileURLToPath(url) : (source as string));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : (code ?? message);
    throw new AudioDecodeError(`${source} cannot be read: ${reason}`, { cause });
  }
}
