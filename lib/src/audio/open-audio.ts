import { AudioDecodeError, OnpaError } from '../errors.js';
import { type AudioFile, closeAudioFile, scratchFile } from './audio-file.js';
import { withSizeOfSamples } from './containers.js';
import { plainMp3, tellsFrames } from './mp3.js';
import { flacOfOgg } from './ogg.js';
import type { Look } from './recognise.js';
import { openSound, type SoundFile } from './sound-file.js';

const TOO_LONG = 'it is longer than the memory; give a duration';

/** A sound as libsndfile has opened it. */
export interface Opened {
  sound: SoundFile;
  /** Samples that were put before its first. */
  lead: number;
  /** Whether the number of its frames is known, and not a guess. */
  exact: boolean;
}

/** Opens a file for `use`; an MP3 file in which libsndfile stumbles, once more, its frames alone. */
export async function openAudio<Result>(
  file: AudioFile,
  name: string,
  look: Look,
  use: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  const exact = look.kind !== 'MP3' || (await tellsFrames(file, look.base));
  try {
    const pieces = await readableForm(file, look);
    if (pieces) return await withScratch(pieces, file.size, (sound) => use({ sound, lead: 0, exact }));
    return await withSound(file, (sound) => use({ sound, lead: 0, exact }));
  } catch (cause) {
    if (cause instanceof OnpaError) throw cause;
    if (look.kind !== 'MP3') throw undecodable(name, look, cause);
  }
  try {
    const { pieces, lead } = await plainMp3(file, look.base);
    return await withScratch(pieces, file.size, (sound) => use({ sound, lead, exact }));
  } catch (cause) {
    throw cause instanceof OnpaError ? cause : undecodable(name, look, cause);
  }
}

/** What libsndfile reads in place of a file; undefined where it reads the file itself. */
async function readableForm(file: AudioFile, { kind, base }: Look): Promise<AsyncIterable<Uint8Array> | undefined> {
  if (kind === 'Ogg FLAC') return flacOfOgg(file);
  return kind === 'RIFF' ? withSizeOfSamples(file, base) : undefined;
}

async function withSound<Result>(file: AudioFile, use: (sound: SoundFile) => Promise<Result>): Promise<Result> {
  const sound = openSound(file);
  try {
    return await use(sound);
  } finally {
    sound.close();
  }
}

async function withScratch<Result>(
  pieces: AsyncIterable<Uint8Array>,
  size: number,
  use: (sound: SoundFile) => Promise<Result>,
): Promise<Result> {
  const scratch = await scratchFile(pieces, size);
  try {
    return await withSound(scratch, use);
  } finally {
    closeAudioFile(scratch);
  }
}

/** The error for what libsndfile gave up on. */
export function undecodable(name: string, look: Look, cause: unknown): AudioDecodeError {
  let reason = cause instanceof Error ? cause.message.replace(/^Error : |\.?\s*$/g, '') : String(cause);
  if (/SF_INFO struct incomplete/.test(reason)) reason = 'its sampling rate is 0';
  if (/bad_alloc|Array buffer allocation|Invalid typed array length/.test(reason)) reason = TOO_LONG;
  return new AudioDecodeError(`${name} looks like ${look.name} but cannot be decoded: ${reason}`, { cause });
}
