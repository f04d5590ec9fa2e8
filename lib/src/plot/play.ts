import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { encodeWav } from '../audio/wav.js';
import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { pathOf } from '../files.js';
import { escapeHtml } from '../html.js';
import { notebook } from '../notebook.js';
import { given, type OrNull } from '../options.js';
import { short } from './words.js';

export interface PlayOptions {
  /** Shown before the player. */
  title?: string;
  /** Bits per sample of a waveform: 8 halves the notebook's size and adds a hiss, which is not for sounds that are compared. Default 16. */
  bitDepth?: '8' | '16';
}

/** First bytes of the formats that browsers play. */
const SIGNATURES: readonly [string, number, string][] = [
  ['WAVE', 8, 'audio/wav'],
  ['OggS', 0, 'audio/ogg'],
  ['fLaC', 0, 'audio/flac'],
  ['ID3', 0, 'audio/mpeg'],
];

function mediaType(bytes: Uint8Array, name: string): string {
  const text = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const known = SIGNATURES.find(([signature, at]) => text.startsWith(signature, at));
  if (known) return known[2];
  if (bytes[0] === 0xff && (bytes[1] & 0xe0) === 0xe0) return 'audio/mpeg';
  throw new ParameterError(`${name} is not WAV, Ogg, FLAC or MP3; it begins with '${escapeHtml(text.slice(0, 4))}'`);
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(pathOf(path));
  } catch (cause) {
    if (cause instanceof ParameterError) throw cause;
    throw new ParameterError(`'${path}' cannot be read; give the path of an audio file`, { cause });
  }
}

/** The player that {@link play} shows, as HTML with the sound inside: nothing else is needed to play it. */
export function audioElement(source: Waveform | Uint8Array | string, options: OrNull<PlayOptions> = {}): string {
  const chosen = given<PlayOptions>(options);
  const bytes =
    typeof source === 'string'
      ? read(source)
      : source instanceof Uint8Array
        ? source
        : encodeWav(source, { bitDepth: chosen.bitDepth });
  const type = mediaType(bytes, typeof source === 'string' ? `'${source}'` : 'source');
  const label = escapeHtml(chosen.title ?? nameOf(source));
  const player = `<audio controls aria-label="${label}" src="data:${type};base64,${Buffer.from(bytes).toString('base64')}"></audio>`;
  return chosen.title === undefined
    ? player
    : `<figure><figcaption>${escapeHtml(chosen.title)}</figcaption>${player}</figure>`;
}

/** What a player is called that has no title: the name of its file, or how long it plays. */
function nameOf(source: Waveform | Uint8Array | string): string {
  if (typeof source === 'string') return `Sound: ${basename(source)}`;
  return source instanceof Uint8Array ? 'Sound' : `Sound, ${short(source.samples.length / source.sampleRate)} s`;
}

/**
 * Shows an audio player below the cell. Outside of a notebook it does nothing.
 *
 * The notebook keeps the sound: 59 kB per second at 22,050 Hz and 16 bits, half at 8 bits; a file takes a third more
 * than its own size, so a compressed one is the smallest.
 *
 * @param source - a waveform, which becomes WAV; or a WAV, Ogg, FLAC or MP3 file, as a path or as bytes
 * @throws ParameterError where a waveform is empty or not finite, or a file is missing or of another format
 * @see {@link show}, `IPython.display.Audio`
 *
 * @example
 * play(await load(await example('trumpet')));
 */
export function play(source: Waveform | Uint8Array | string, options: OrNull<PlayOptions> = {}): void {
  const html = audioElement(source, options);
  const { title } = given<PlayOptions>(options);
  notebook()?.({ 'text/html': html, 'text/plain': title === undefined ? nameOf(source) : `Sound: ${title}` });
}
