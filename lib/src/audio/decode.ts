import type { MultiChannelWaveform } from '../dsp/waveform.js';
import { AudioDecodeError } from '../errors.js';
import { RATES, requireFinite } from '../validation.js';
import type { AudioFile } from './audio-file.js';
import { afterEnd, type Excerpt, samplesOf } from './excerpt.js';
import { decodeWithFfmpeg } from './ffmpeg.js';
import { lastVorbisPage } from './ogg.js';
import { type Opened, openAudio, undecodable } from './open-audio.js';
import type { Look } from './recognise.js';
import { requireAudio } from './require-audio.js';
import { MissingFrame, type SoundFile } from './sound-file.js';
import { isFloat } from './sound-format.js';

/**
 * Decodes an audio file, or a part of it.
 *
 * @param name - what to call it in an error
 * @throws AudioDecodeError if it is not whole audio in a known format
 * @throws ParameterError if the excerpt is empty
 */
export async function decode(file: AudioFile, name: string, excerpt: Excerpt): Promise<MultiChannelWaveform> {
  const look = await requireAudio(file, name);
  if (look.kind === 'ffmpeg') return decodeWithFfmpeg(file, name, look, excerpt);
  try {
    return await openAudio(file, name, look, (open) => readExcerpt(open, file, name, look, excerpt));
  } catch (error) {
    // A container that libsndfile knows, with a codec that it does not.
    const reason = ((error as Error).cause as Error | undefined)?.message ?? '';
    if (!/unimplemented|unsupported/i.test(reason)) throw error;
    return decodeWithFfmpeg(file, name, { ...look, name: `${look.name} with a rare codec` }, excerpt);
  }
}

async function readExcerpt(
  { sound, lead, exact }: Opened,
  file: AudioFile,
  name: string,
  look: Look,
  excerpt: Excerpt,
): Promise<MultiChannelWaveform> {
  const { frames, samplerate: sampleRate, format } = sound.info;
  if (sampleRate < RATES.from || sampleRate > RATES.to) {
    throw new AudioDecodeError(
      `${name} looks like ${look.name} but its sampling rate is ${sampleRate} Hz; is it damaged?`,
    );
  }
  const { first, count } = samplesOf(excerpt, sampleRate, name);
  const known = exact && frames < Infinity;
  if (first > 0 && known && first >= frames) throw afterEnd(excerpt, name, frames / sampleRate);
  const safe = look.name === 'Ogg Vorbis' && first > 0 ? Math.max(0, (await lastVorbisPage(file)) - SAFE) : Infinity;
  const audio = await sound.read({ first: lead + first, count, mono: excerpt.mono }, safe).catch(async (cause) => {
    if (look.kind === 'FLAC' && known) await requireLast(sound, name);
    if (lead > 0 && cause instanceof MissingFrame) throw afterEnd(excerpt, name);
    throw cause;
  });
  const found = audio.channels[0].length;
  if (!exact && found < count && lead + first + found >= frames)
    throw new Error('it goes on after the end that was guessed');
  if (look.kind === 'FLAC' && known && first + found < frames) await requireLast(sound, name);
  if (found === 0 && first > 0) throw afterEnd(excerpt, name);
  if (found === 0) throw new AudioDecodeError(`${name} looks like ${look.name} but holds no audio`);
  if (isFloat(format)) requireFiniteSound(audio, name, look);
  return audio;
}

function requireFiniteSound({ channels }: MultiChannelWaveform, name: string, look: Look): void {
  try {
    for (const samples of channels) requireFinite('samples', samples);
  } catch (cause) {
    throw undecodable(name, look, cause);
  }
}

/** Before the last page of a Vorbis stream, in samples: more than the packet that its first one overlaps with. */
const SAFE = 2 ** 14;

/** FLAC tells in its header how many samples there are: the last one must be there. */
async function requireLast(sound: SoundFile, name: string): Promise<void> {
  const { frames } = sound.info;
  if (await sound.has(frames - 1)) return;
  throw new AudioDecodeError(`${name} looks like FLAC but is cut off, or damaged: it should have ${frames} samples`);
}
