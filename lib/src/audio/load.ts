import { resample } from '../dsp/resample.js';
import type { MultiChannelWaveform, Waveform } from '../dsp/waveform.js';
import { given, type OrNull } from '../options.js';
import { requireNumber, requirePositive, requireRate } from '../validation.js';
import { decode } from './decode.js';
import { type DownloadLimits, requireDownloadLimits } from './download.js';
import { type AudioSource, withAudioFile } from './source.js';

/** Options of {@link load}. */
export interface LoadOptions extends DownloadLimits {
  /** The sampling rate to convert to, in Hz; default 22,050; null keeps that of the file. */
  sampleRate?: number | null;
  /** Mix the channels to one (the default), or keep them. */
  mono?: boolean;
  /** Where to begin, in seconds; default 0. */
  offset?: number;
  /** How much to read, in seconds; default all. */
  duration?: number;
}

/**
 * Reads audio, like `librosa.load` and with the same library: WAV in all forms, FLAC, Ogg (Vorbis, Opus, FLAC), MP3, AIFF,
 * AU, CAF, Wave64, NIST SPHERE and what else libsndfile reads; with the program ffmpeg, where it is installed, M4A, WebM and
 * other files with a track of sound.
 *
 * A file that is cut off is an error, also where the excerpt is before the cut: where fewer bytes follow than its header
 * tells, or its last page or frame is not whole. It cannot be known where nothing tells the length: of a WAV file that was
 * streamed, an Ogg file cut between two pages, an MP3 file without Xing's header cut between two frames, a few bytes of WAV.
 * Of a chained Ogg file the first link is read.
 *
 * @returns amplitudes in [−1, 1], mixed to mono and resampled to 22,050 Hz unless told otherwise
 * @throws AudioDecodeError if the source cannot be read, is longer or comes more slowly than the limits for URLs allow,
 * or is not whole audio in a known format
 * @throws ParameterError for options out of range
 * @see {@link resample}, {@link saveWav}, {@link example}
 *
 * @example
 * const { samples, sampleRate } = await load('trumpet.ogg', { sampleRate: 16000, duration: 5 });
 */
export async function load(
  source: AudioSource,
  options?: OrNull<LoadOptions & { mono?: true }> | null,
): Promise<Waveform>;
export async function load(
  source: AudioSource,
  options: OrNull<LoadOptions> & { mono: false },
): Promise<MultiChannelWaveform>;
export async function load(
  source: AudioSource,
  options: OrNull<LoadOptions> | null = {},
): Promise<Waveform | MultiChannelWaveform> {
  const chosen = given<LoadOptions, 'sampleRate'>(options, 'sampleRate');
  const { sampleRate = 22050, mono = true, offset = 0, duration } = chosen;
  if (sampleRate !== null) requireRate('sampleRate', sampleRate);
  requireNumber('offset', offset, 0);
  if (duration !== undefined) requirePositive('duration', duration);
  requireDownloadLimits(chosen);
  const { channels, sampleRate: native } = await withAudioFile(
    source,
    (file, name) => decode(file, name, { offset, duration, mono }),
    chosen,
  );
  const target = sampleRate ?? native;
  const convert = (samples: Float32Array) => resample(samples, { from: native, to: target });
  if (mono) return { samples: convert(channels[0]), sampleRate: target };
  return { channels: channels.map(convert), sampleRate: target };
}
