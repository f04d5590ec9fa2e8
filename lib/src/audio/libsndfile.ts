import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as Koffi from 'koffi';
import { SetupError } from '../errors.js';
import { loadKoffi } from '../koffi.js';
import { setupCommand } from '../setup-command.js';
import { silenceStandardError } from './silence-standard-error.js';

/** What libsndfile says about a file: `SF_INFO` of its sndfile.h. */
export interface SoundInfo {
  /** Infinity where the file does not tell. */
  frames: number;
  samplerate: number;
  channels: number;
  /** Container and sample format, as bits. */
  format: number;
  sections: number;
  seekable: number;
}

/** An open file: the address of libsndfile's `SNDFILE`. */
type Handle = bigint;

/** Functions of libsndfile. `read` and `seek` run in a thread of their own, and the event loop goes on. */
export interface Libsndfile {
  /** @returns undefined if it cannot be opened */
  open(descriptor: number): { file: Handle; info: SoundInfo } | undefined;
  /** Fills `samples`, channels side by side. @returns how many frames there were */
  read(file: Handle, samples: Float32Array, frames: number): Promise<number>;
  /** @returns the frame that will be read next; −1 if there is none such */
  seek(file: Handle, frame: number): Promise<number>;
  close(file: Handle): void;
  /** What went wrong with an open file, or, for null, with the last one that did not open; undefined if nothing did. */
  reason(file: Handle | null): string | undefined;
  /** 'libsndfile-1.2.2' */
  version(): string;
}

const READ = 0x10;
const FROM_START = 0;
/** Where set-up links it. */
const LINKED = join(
  __dirname,
  '..',
  '..',
  'deps',
  process.platform === 'darwin' ? 'libsndfile.dylib' : 'libsndfile.so',
);

let loaded: Libsndfile | undefined;

/**
 * libsndfile, with which librosa reads, too.
 *
 * @throws SetupError where it is not linked, or does not load
 */
export function libsndfile(): Libsndfile {
  loaded ??= link(process.env.ONPA_LIBSNDFILE || LINKED);
  return loaded;
}

function link(path: string): Libsndfile {
  if (!existsSync(path)) {
    const wrong = path === LINKED ? 'is not linked' : `is not at ${path} (ONPA_LIBSNDFILE)`;
    throw new SetupError(`libsndfile, which decodes audio, ${wrong}: run ${setupCommand()}, then start again`);
  }
  try {
    const koffi = loadKoffi();
    return bind(koffi, koffi.load(path));
  } catch (cause) {
    const reason = (cause as Error).message.split('\n')[0];
    throw new SetupError(`libsndfile, which decodes audio, does not load: run ${setupCommand()} (${reason})`, {
      cause,
    });
  }
}

function bind(koffi: typeof Koffi, library: Koffi.LibraryHandle): Libsndfile {
  silenceStandardError(koffi);
  const info = koffi.struct({
    frames: 'int64_t',
    samplerate: 'int',
    channels: 'int',
    format: 'int',
    sections: 'int',
    seekable: 'int',
  });
  const open = library.func('sf_open_fd', 'void *', ['int', 'int', koffi.out(koffi.pointer(info)), 'int']);
  const read = library.func('sf_readf_float', 'int64_t', ['void *', 'void *', 'int64_t']);
  const seek = library.func('sf_seek', 'int64_t', ['void *', 'int64_t', 'int']);
  const close = library.func('sf_close', 'int', ['void *']);
  const error = library.func('sf_error', 'int', ['void *']);
  const text = library.func('sf_strerror', 'string', ['void *']);
  const version = library.func('sf_version_string', 'string', []);
  return {
    open(descriptor) {
      const found = {} as SoundInfo;
      const file: Handle | null = open(descriptor, READ, found, 0);
      if (file === null) return undefined;
      // More than a number can count stands for an unknown one.
      const frames = Number.isSafeInteger(found.frames) ? found.frames : Infinity;
      return { file, info: { ...found, frames } };
    },
    read: async (file, samples, frames) => Number(await later(read, file, samples, frames)),
    seek: async (file, frame) => Number(await later(seek, file, frame, FROM_START)),
    close,
    reason: (file) => (error(file) === 0 ? undefined : text(file)),
    version,
  };
}

function later<Result>(call: ReturnType<Koffi.LibraryHandle['func']>, ...parameters: unknown[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    call.async(...parameters, (error: Error | null, result: Result) => (error ? reject(error) : resolve(result)));
  });
}
