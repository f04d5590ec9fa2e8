import { WaveFile } from 'wavefile';
import { toLevel } from '../dsp/quantize.js';
import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { writeWhole } from '../files.js';
import { requireWaveform } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireFinite, requireInteger } from '../validation.js';

/** The sample formats of a WAV file: unsigned 8-bit, signed 16-, 24- and 32-bit integers, 32-bit floats. */
export type BitDepth = '8' | '16' | '24' | '32' | '32f';

const BIT_DEPTHS: readonly BitDepth[] = ['8', '16', '24', '32', '32f'];

/** Options of {@link saveWav} and {@link encodeWav}. */
export interface WavOptions {
  /** Default '16'. */
  bitDepth?: BitDepth;
}

/**
 * A WAV file's bytes. Integers are amplitude · 2^(bits − 1), rounded and clipped, so that `load` reads back what a
 * file held.
 *
 * @throws ParameterError for an unknown bit depth, a sampling rate that is not a whole number above 0, no samples, or
 * samples that are not finite
 * @see {@link saveWav}, {@link quantize}
 *
 * @example
 * encodeWav({ samples: Float32Array.of(0, 0.5), sampleRate: 8000 }).length; // 48
 */
export function encodeWav(waveform: Waveform, options: OrNull<WavOptions> = {}): Uint8Array {
  const { bitDepth = '16' } = given<WavOptions>(options);
  requireWaveform('waveform', waveform);
  const { samples, sampleRate } = waveform;
  requireChoice('bitDepth', bitDepth, BIT_DEPTHS);
  requireInteger('sampleRate', sampleRate);
  if (samples.length === 0) throw new ParameterError('samples is empty; a WAV file needs at least one sample');
  requireFinite('samples', samples);
  const file = new WaveFile();
  file.fromScratch(1, sampleRate, bitDepth, bitDepth === '32f' ? samples : integers(samples, Number(bitDepth)));
  const bytes = file.toBuffer();
  if (bytes.length % 2 === 0) return bytes;
  // A chunk ends at an even byte, and the file's size counts the one that fills up.
  const padded = new Uint8Array(bytes.length + 1);
  padded.set(bytes);
  new DataView(padded.buffer).setUint32(4, padded.length - 8, true);
  return padded;
}

function integers(samples: Float32Array, bits: number): Float64Array {
  const steps = 2 ** (bits - 1);
  const offset = bits === 8 ? steps : 0;
  return Float64Array.from(samples, (x) => toLevel(x, steps) + offset);
}

/**
 * Writes a mono WAV file. A file of that name is replaced at once or, if anything fails, not at all.
 *
 * @throws ParameterError as {@link encodeWav} does
 * @throws WriteError where the disk is full or the folder missing, or may not be written to
 * @see {@link encodeWav}, {@link load}
 *
 * @example
 * await saveWav('trumpet-16k.wav', { samples, sampleRate: 16000 }, { bitDepth: '24' });
 */
export async function saveWav(path: string, waveform: Waveform, options: OrNull<WavOptions> = {}): Promise<void> {
  await writeWhole(path, encodeWav(waveform, options));
}
