import { given, type OrNull } from '../options.js';
import { requireNumber } from '../validation.js';
import { amplitudeToDb } from './decibel.js';
import { rms } from './rms.js';

/** Options of {@link trim}. */
export interface TrimOptions {
  /** Frames further than this below `ref` are silence, in dB; default 60. */
  topDb?: number;
  /** What the frames' levels are compared with: an amplitude, or 'max' (the default) for the loudest frame. */
  ref?: number | 'max';
  /** Samples of a frame; default 2048. */
  frameLength?: number;
  /** Samples between the starts of two frames; default 512. */
  hopLength?: number;
}

/** What {@link trim} leaves. */
export interface Trimmed {
  /** A view of the samples that were given, without a copy. */
  samples: Float32Array;
  /** Where they began and ended: the first, and the one after the last. */
  index: [start: number, end: number];
}

/**
 * The signal without the silence before and after it, like `librosa.effects.trim`.
 *
 * Where all frames are equally loud, silent ones included, nothing is taken away; where none reaches `ref`, everything is.
 *
 * @param samples - finite everywhere
 * @throws ParameterError for options out of range or samples that are not finite
 * @see {@link rms}
 *
 * @example
 * const { samples: spoken, index } = trim(samples, { topDb: 30 });
 */
export function trim(samples: Float32Array, options: OrNull<TrimOptions> = {}): Trimmed {
  const { topDb = 60, ref = 'max', frameLength = 2048, hopLength = 512 } = given<TrimOptions>(options);
  requireNumber('topDb', topDb);
  const levels = amplitudeToDb(rms(samples, { frameLength, hopLength }), { ref, topDb: null });
  const first = levels.findIndex((level) => level > -topDb);
  const last = levels.findLastIndex((level) => level > -topDb);
  const start = first < 0 ? 0 : first * hopLength;
  const end = first < 0 ? 0 : Math.min((last + 1) * hopLength, samples.length);
  return { samples: samples.subarray(start, end), index: [start, end] };
}
