import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { encodeWav } from '../../audio/wav.js';
import type { Waveform } from '../../dsp/waveform.js';
import { ParameterError } from '../../errors.js';
import { pathOf } from '../../files.js';
import { escapeHtml } from '../../html.js';
import { short } from '../words.js';

/** What a player plays: a waveform, or a file as its path or its bytes. */
export type PlaySource = Waveform | Uint8Array | string;

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
  throw new ParameterError(`${name} is not WAV, Ogg, FLAC or MP3; it begins with ${JSON.stringify(text.slice(0, 4))}`);
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(pathOf(path));
  } catch (cause) {
    if (cause instanceof ParameterError) throw cause;
    throw new ParameterError(`'${path}' cannot be read; give the path of an audio file`, { cause });
  }
}

/**
 * The sound as a `data:` URL, with all of its bytes.
 *
 * @param bitDepth - of the WAV file that a waveform becomes
 */
export function audioUrl(source: PlaySource, bitDepth: '8' | '16' | undefined): string {
  const bytes =
    typeof source === 'string' ? read(source) : source instanceof Uint8Array ? source : encodeWav(source, { bitDepth });
  const type = mediaType(bytes, typeof source === 'string' ? `'${source}'` : 'source');
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}

/** The plain player of a sound, which nothing else is needed for. */
export const audioTag = (name: string, url: string): string =>
  `<audio controls aria-label="${escapeHtml(name)}" src="${url}"></audio>`;

/** What a player is called that has no title: the name of its file, or how long it plays. */
export function nameOf(source: PlaySource): string {
  if (typeof source === 'string') return `Sound: ${basename(source)}`;
  return source instanceof Uint8Array ? 'Sound' : `Sound, ${short(source.samples.length / source.sampleRate)} s`;
}
