import { load } from '../audio/load.js';
import { escapeHtml } from '../html.js';
import { notebook } from '../notebook.js';
import { given, type OrNull } from '../options.js';
import { audioTag, audioUrl, nameOf, type PlaySource } from './player/audio-data.js';
import { playerHtml } from './player/figure.js';
import { drawSound, type SoundPicture } from './player/sound-picture.js';

export interface PlayOptions {
  /** Shown before the player. */
  title?: string;
  /** Bits per sample of a waveform: 8 halves the notebook's size and adds a hiss, which is not for sounds that are compared. Default 16. */
  bitDepth?: '8' | '16';
  /**
   * A picture over which a playhead runs: the waveform, the mel spectrogram, or a chart of your own whose x axis is time
   * (its title ends with a unit, as 'Time (s)'). Default: a plain player.
   */
  show?: SoundPicture;
}

/** The player that {@link play} shows, as HTML with the sound inside: nothing else is needed to play it. */
export function audioElement(source: PlaySource, options: OrNull<PlayOptions> = {}): string {
  const { title, bitDepth } = given<PlayOptions>(options);
  const player = audioTag(title ?? nameOf(source), audioUrl(source, bitDepth));
  return title === undefined ? player : `<figure><figcaption>${escapeHtml(title)}</figcaption>${player}</figure>`;
}

/** The player with a picture that {@link play} shows, as HTML with all in it. */
export async function picturePlayer(
  source: PlaySource,
  options: OrNull<PlayOptions> & { show: SoundPicture },
): Promise<string> {
  const { title, bitDepth, show } = given<PlayOptions>(options);
  const url = audioUrl(source, bitDepth);
  const isFile = typeof source === 'string' || source instanceof Uint8Array;
  const waveform = isFile ? await load(source, { sampleRate: null }) : source;
  const seconds = waveform.samples.length / waveform.sampleRate;
  const picture = await drawSound(waveform, show!);
  return playerHtml([{ title, name: title ?? nameOf(source), url, seconds, gain: 1, picture }]);
}

/**
 * Shows an audio player below the cell. Outside of a notebook it does nothing.
 *
 * With `show` it has a picture over which a playhead runs, and returns when that is drawn. A click in the picture goes to
 * this time, a drag plays the stretch again and again. The keys: Space plays and pauses, the arrows move by a twentieth
 * of the sound, Home and End go to its ends, [ and ] begin and end a stretch at the playhead, L plays again and again or
 * once, Escape forgets the stretch. What starts to play ends what plays elsewhere in the notebook. Where scripts are not
 * allowed, as on GitHub, the picture and a plain player are seen.
 *
 * The notebook keeps the sound: 59 kB per second at 22,050 Hz and 16 bits, half at 8 bits; a file takes a third more
 * than its own size, so a compressed one is the smallest. A picture takes 25 to 50 kB, with the script of its player.
 *
 * @param source - a waveform, which becomes WAV; or a WAV, Ogg, FLAC or MP3 file, as a path or as bytes
 * @throws ParameterError where a waveform is empty or not finite, or a file is missing or of another format; with `show`
 * where a chart has no axis of time
 * @throws AudioDecodeError with `show` where a file cannot be decoded
 * @see {@link show}, {@link compare} for several sounds, `IPython.display.Audio`
 *
 * @example
 * play(await load(await example('trumpet')));
 * await play('onpa:audio/reggae.flac', { show: 'spectrogram' });
 */
export function play(source: PlaySource, options?: (OrNull<PlayOptions> & { show?: null }) | null): void;
export function play(source: PlaySource, options: OrNull<PlayOptions> & { show: SoundPicture }): Promise<void>;
export function play(source: PlaySource, options: OrNull<PlayOptions> | null = {}): void | Promise<void> {
  const { title, show } = given<PlayOptions>(options);
  const put = (html: string): void =>
    notebook()?.({ 'text/html': html, 'text/plain': title === undefined ? nameOf(source) : `Sound: ${title}` });
  if (show === undefined) return put(audioElement(source, options ?? {}));
  return picturePlayer(source, { ...options, show }).then(put);
}
