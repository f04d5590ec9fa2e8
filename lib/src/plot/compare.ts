import { peak } from '../dsp/peak.js';
import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { isObject } from '../json.js';
import { notebook } from '../notebook.js';
import { requireWaveform } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireFinite, requirePositive, requireRate } from '../validation.js';
import { requireItems } from './chart-arguments.js';
import { audioUrl } from './player/audio-data.js';
import { playerHtml } from './player/figure.js';
import { equalGains, soundingLevel } from './player/loudness.js';
import { drawSound, LOW_HEIGHT } from './player/sound-picture.js';

/** One of the sounds of {@link compare}. */
export interface ComparedSound {
  /** What it is called; no two have the same. */
  title: string;
  waveform: Waveform;
  /** Bits per sample that the notebook keeps: 8 for sounds that have no more, which they leave as they are. Default 16. */
  bitDepth?: '8' | '16';
}

export interface CompareOptions {
  /** What is seen of each. Default the mel spectrogram. */
  show?: 'spectrogram' | 'waveform';
  /**
   * Plays all equally loud, with the same root of the mean square where they sound: over blocks of 50 ms, without those
   * that are more than 30 dB below the loudest. None exceeds full scale. Default true. A plain player, where scripts are
   * not allowed, plays each as it is.
   */
  matchLoudness?: boolean;
  /** In seconds: so much of each is played, shown and kept in the notebook, from its beginning. Default all. */
  duration?: number;
}

/** The keys 1 to 9 switch. */
const MOST = 9;

/** The switch that {@link compare} shows, as HTML with the sounds and their pictures inside. */
export async function comparison(
  sounds: readonly OrNull<ComparedSound>[],
  options: OrNull<CompareOptions> | null = {},
): Promise<string> {
  const { show = 'spectrogram', matchLoudness = true, duration = Infinity } = given<CompareOptions>(options);
  if (duration !== Infinity) requirePositive('duration', duration);
  const all = required(sounds).map((sound) => ({ ...sound, waveform: beginningOf(sound.waveform, duration) }));
  requireChoice('show', show, ['spectrogram', 'waveform']);
  requireChoice('matchLoudness', matchLoudness, [true, false]);
  const peaks = all.map(({ waveform }) => peak(waveform.samples));
  const levels = all.map(({ waveform }) => soundingLevel(waveform));
  const gains = matchLoudness ? equalGains(levels, peaks) : all.map(() => 1);
  const longest = Math.max(...all.map(({ waveform }) => secondsOf(waveform)));
  const ready = [];
  for (const [i, { title, waveform, bitDepth }] of all.entries()) {
    // A file holds nothing above full scale.
    const over = matchLoudness ? Math.max(1, peaks[i]) : 1;
    const kept = over === 1 ? waveform : { ...waveform, samples: waveform.samples.map((x) => x / over) };
    ready.push({
      title,
      name: title,
      url: audioUrl(kept, bitDepth),
      seconds: secondsOf(waveform),
      gain: gains[i] * over,
      picture: await drawSound(padded(waveform, longest), show, LOW_HEIGHT),
    });
  }
  return playerHtml(ready);
}

/**
 * Shows a switch between sounds below the cell: they run together, and the buttons A, B, C … change at the same place,
 * without a gap, which of them is heard, equally loud, again and again until it is stopped. Outside of a notebook it does
 * nothing.
 *
 * Each has its picture, in which a click goes to a time of this sound, and a drag repeats a stretch. Besides the keys of
 * {@link play}, 1 to 9 switch. Sounds may have different lengths and sampling rates; the short ones are silent at the
 * end. Where scripts are not allowed, as on GitHub, the pictures stand below each other, each with a plain player.
 *
 * The notebook keeps all of them, each as large as with {@link play}; with `duration` no more than is played.
 *
 * @param sounds - 2 to 9, with titles that differ
 * @throws ParameterError where there are fewer or more, a title is missing or there twice, a waveform is empty or not
 * finite, or an option is out of range
 * @see {@link play} for one sound
 *
 * @example
 * await compare([
 *   { title: 'the trumpet', waveform: trumpet },
 *   { title: 'in 4 bits', waveform: { ...trumpet, samples: quantize(trumpet.samples, 4) } },
 * ]);
 */
export async function compare(
  sounds: readonly OrNull<ComparedSound>[],
  options: OrNull<CompareOptions> | null = {},
): Promise<void> {
  const html = await comparison(sounds, options);
  notebook()?.({ 'text/html': html, 'text/plain': `Sounds: ${sounds.map(({ title }) => title).join(', ')}` });
}

const secondsOf = ({ samples, sampleRate }: Waveform): number => samples.length / sampleRate;

function required(sounds: readonly OrNull<ComparedSound>[]): ComparedSound[] {
  requireItems('sounds', sounds as readonly unknown[], 'sounds, { title, waveform }', isObject);
  if (sounds.length < 2 || sounds.length > MOST) {
    throw new ParameterError(`sounds has ${sounds.length}; give 2 to ${MOST}, or one to play`);
  }
  const all = sounds.map((sound) => given<ComparedSound>(sound));
  for (const [i, { title, waveform }] of all.entries()) {
    if (typeof title !== 'string' || title.trim() === '') {
      throw new ParameterError(`sounds[${i}].title is ${JSON.stringify(title)}; say in a few words what it is`);
    }
    const same = all.findIndex((other) => other.title === title);
    if (same < i) {
      throw new ParameterError(`sounds[${same}] and sounds[${i}] have the title '${title}'; give each its own`);
    }
    requireWaveform(`sounds[${i}].waveform`, waveform);
    requireRate(`sounds[${i}].waveform.sampleRate`, waveform.sampleRate);
    if (waveform.samples.length === 0) {
      throw new ParameterError(`sounds[${i}].waveform has no samples; give at least one`);
    }
    requireFinite(`sounds[${i}].waveform.samples`, waveform.samples);
  }
  return all;
}

/** At least a sample of it. */
function beginningOf({ samples, sampleRate }: Waveform, seconds: number): Waveform {
  return { samples: samples.subarray(0, Math.max(1, Math.round(seconds * sampleRate))), sampleRate };
}

/** With silence at its end, so that all pictures have the same axis of time. */
function padded({ samples, sampleRate }: Waveform, seconds: number): Waveform {
  const whole = new Float32Array(Math.round(seconds * sampleRate));
  whole.set(samples.subarray(0, whole.length));
  return { samples: whole, sampleRate };
}
