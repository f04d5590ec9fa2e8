import { AudioDecodeError } from '../errors.js';
import { given, type OrNull } from '../options.js';
import type { AudioFile } from './audio-file.js';
import { type DownloadLimits, requireDownloadLimits } from './download.js';
import type { SoundInfo } from './libsndfile.js';
import { openAudio } from './open-audio.js';
import { requireAudio } from './require-audio.js';
import { formatNames } from './sound-format.js';
import { type AudioSource, withAudioFile } from './source.js';

/** What {@link info} says about a file. */
export interface AudioInfo {
  /** In Hz. */
  sampleRate: number;
  channels: number;
  /** Samples of one channel; undefined where the file does not tell, as one that was streamed. */
  frames: number | undefined;
  /** In seconds; undefined without `frames`. */
  duration: number | undefined;
  /** The container: `WAV`, `FLAC`, `OGG`, `MP3`, … */
  format: string;
  /** How samples are stored in it: `PCM_16`, `FLOAT`, `VORBIS`, `MPEG_LAYER_III`, … */
  subtype: string;
}

/**
 * What the header of an audio file says, without decoding it, like `soundfile.info`.
 *
 * A header may be wrong: `sampleRate`, `channels`, `format` and `subtype` are what {@link load} goes by, `frames` and
 * `duration` only what the file claims. Of an MP3 file whose first frame does not tell the length they are a guess.
 *
 * @throws AudioDecodeError if the source cannot be read, is cut off, or is in a format that needs ffmpeg
 * @see {@link load}
 *
 * @example
 * const { duration, sampleRate } = await info('trumpet.ogg'); // 5.33… s at 22,050 Hz
 */
export async function info(source: AudioSource, options: OrNull<DownloadLimits> | null = {}): Promise<AudioInfo> {
  const limits = given<DownloadLimits>(options);
  requireDownloadLimits(limits);
  const describeFile = async (file: AudioFile, name: string) => {
    const look = await requireAudio(file, name);
    if (look.kind === 'ffmpeg') {
      throw new AudioDecodeError(
        `${name} looks like ${look.name}, whose header is not read; load decodes it with ffmpeg`,
      );
    }
    return openAudio(file, name, look, async ({ sound }) => describe(sound.info));
  };
  return withAudioFile(source, describeFile, limits);
}

function describe({ frames, samplerate: sampleRate, channels, format }: SoundInfo): AudioInfo {
  return {
    sampleRate,
    channels,
    ...(frames < Infinity ? { frames, duration: frames / sampleRate } : { frames: undefined, duration: undefined }),
    ...formatNames(format),
  };
}
