import { AudioDecodeError } from '../errors.js';
import type { AudioFile } from './audio-file.js';
import { findSampleBytes } from './containers.js';
import { isMp3CutOff } from './mp3.js';
import { isOggCutOff } from './ogg.js';
import { type Look, recognise } from './recognise.js';

/** What a program may count too many, in bytes. */
const TOLERANCE = 8;

/** What a file looks like. @throws AudioDecodeError if it is no sound, or is cut off */
export async function requireAudio(file: AudioFile, name: string): Promise<Look> {
  if (file.size === 0) throw new AudioDecodeError(`${name} is empty`);
  const look = await recognise(file);
  if (!look.kind) {
    throw new AudioDecodeError(`${name} looks like ${look.name}; give a WAV, FLAC, Ogg, MP3, AIFF, AU or CAF file`);
  }
  const cut = await cutOff(file, look);
  if (cut) throw new AudioDecodeError(`${name} looks like ${look.name} but is cut off${cut}`);
  return look;
}

/** How a file shows that its end is missing; undefined if it does not. */
async function cutOff(file: AudioFile, { kind, base }: Look): Promise<string | undefined> {
  if (kind === 'Ogg' || kind === 'Ogg FLAC') {
    return (await isOggCutOff(file)) ? ': its last page is not whole' : undefined;
  }
  if (kind === 'MP3') return (await isMp3CutOff(file, base)) ? ': frames at its end are missing' : undefined;
  if (!kind || kind === 'FLAC' || kind === 'ffmpeg') return undefined;
  const found = await findSampleBytes(file, kind, base);
  if (found?.size === undefined || found.start + found.size <= file.size + TOLERANCE) return undefined;
  if (found.chunk) return `: its chunk '${found.chunk}' of ${found.size} bytes is not whole`;
  return `: the header tells of ${found.size} bytes of samples, ${Math.max(0, file.size - found.start)} are there`;
}
