import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { resample } from '../dsp/resample.js';
import type { MultiChannelWaveform, Waveform } from '../dsp/waveform.js';
import { AudioDecodeError, ParameterError } from '../errors.js';
import { requireInteger, requireNumber, requirePositive } from '../validation.js';
import { decode } from './decode.js';
import { type DownloadLimits, download, requireDownloadLimits, sourceName } from './download.js';

/** A path, a `file:`, `http:` or `https:` URL, or the bytes of a file. */
export type AudioSource = string | URL | Uint8Array;

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
 * Reads audio, like `librosa.load`: WAV (8-, 16-, 24-, 32-bit integers, floats), FLAC, Ogg Vorbis, MP3.
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
export async function load(source: AudioSource, options?: LoadOptions & { mono?: true }): Promise<Waveform>;
export async function load(source: AudioSource, options: LoadOptions & { mono: false }): Promise<MultiChannelWaveform>;
export async function load(source: AudioSource, options: LoadOptions = {}): Promise<Waveform | MultiChannelWaveform> {
  const { sampleRate = 22050, mono = true, offset = 0, duration } = options;
  if (sampleRate !== null) requireInteger('sampleRate', sampleRate);
  requireNumber('offset', offset, 0);
  if (duration !== undefined) requirePositive('duration', duration);
  requireDownloadLimits(options);
  const name = source instanceof Uint8Array ? `${source.length} bytes of audio` : sourceName(source);
  const whole = await decode(await read(source, options), name);
  const { channels, sampleRate: native } = cut(whole, name, offset, duration);
  const target = sampleRate ?? native;
  const convert = (samples: Float32Array) => resample(samples, { from: native, to: target });
  if (mono) return { samples: convert(mix(channels)), sampleRate: target };
  return { channels: channels.map(convert), sampleRate: target };
}

async function read(source: AudioSource, limits: DownloadLimits): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  const isUrl = source instanceof URL || /^(https?|file):/i.test(source);
  if (isUrl && !/^file:/i.test(String(source))) {
    return download(source, limits).catch((cause: Error) => {
      throw new AudioDecodeError(`${sourceName(source)} cannot be downloaded: ${cause.message}`, { cause });
    });
  }
  try {
    return await readFile(isUrl ? fileURLToPath(source) : source);
  } catch (cause) {
    const reasons: Record<string, string> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' };
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new AudioDecodeError(`${source} cannot be read: ${reasons[code] ?? code}`, { cause });
  }
}

function cut(audio: MultiChannelWaveform, name: string, offset: number, duration?: number): MultiChannelWaveform {
  const { channels, sampleRate } = audio;
  const first = Math.trunc(offset * sampleRate);
  if (first >= channels[0].length) {
    const seconds = (channels[0].length / sampleRate).toFixed(2);
    throw new ParameterError(`offset is ${offset}; ${name} ends at ${seconds} s`);
  }
  const last = duration === undefined ? channels[0].length : first + Math.trunc(duration * sampleRate);
  if (last === first) throw new ParameterError(`duration is ${duration}; that is less than a sample of ${name}`);
  // Decoders hand out parts of larger buffers: what is kept is copied.
  const whole = (c: Float32Array) => c.byteLength === c.buffer.byteLength && first === 0 && last >= c.length;
  return { channels: channels.map((c) => (whole(c) ? c : c.slice(first, last))), sampleRate };
}

function mix(channels: Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0];
  const mono = new Float32Array(channels[0].length);
  for (const samples of channels) {
    for (let i = 0; i < mono.length; i++) mono[i] += samples[i] / channels.length;
  }
  return mono;
}
