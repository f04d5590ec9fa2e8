import { requireNumbers } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireInteger, requireNumber } from '../validation.js';
import type { FloatMatrix } from './float-matrix.js';
import { median } from './median.js';
import { type PiptrackOptions, piptrack } from './piptrack.js';
import type { Waveform } from './waveform.js';

/** Options of {@link pitchTuning}. */
export interface PitchTuningOptions {
  /** How exact the answer is, in parts of a step, above 0 and at most 1; default 0.01. */
  resolution?: number;
  /** Steps of an octave; default 12, semitones. */
  binsPerOctave?: number;
}

/** Options of {@link estimateTuning}: its own, and those of `piptrack`. */
export interface EstimateTuningOptions extends PiptrackOptions, PitchTuningOptions {}

/** The octaves of a frequency above that of A0 (A4 is 440 Hz), like `librosa.hz_to_octs`. */
export const hzToOcts = (hz: number, tuning: number = 0, binsPerOctave: number = 12): number =>
  Math.log2(hz / ((440 * 2 ** (tuning / binsPerOctave)) / 16));

/**
 * How far frequencies are from the notes of the scale with A4 at 440 Hz, like `librosa.pitch_tuning`.
 *
 * @param frequencies - in Hz; those of 0 and below do not count
 * @returns parts of a step, from −0.5 to below 0.5; 0, and a warning, where there is no frequency
 * @throws ParameterError for options out of range
 * @see {@link estimateTuning}
 *
 * @example
 * pitchTuning([442, 884]); // 0.07, semitones above 440 Hz
 */
export function pitchTuning(frequencies: ArrayLike<number>, options: OrNull<PitchTuningOptions> = {}): number {
  const { resolution = 0.01, binsPerOctave = 12 } = given<PitchTuningOptions>(options);
  requireNumbers('frequencies', frequencies);
  requireInteger('binsPerOctave', binsPerOctave);
  requireResolution(resolution);
  const count = Math.ceil(1 / resolution);
  const edge = (i: number) => (i === count ? 0.5 : i * (1 / count) - 0.5);
  // NumPy keeps the precision of what it is given.
  const round = frequencies instanceof Float32Array ? Math.fround : (x: number) => x;
  const counts = new Uint32Array(count);
  let found = false;
  for (let i = 0; i < frequencies.length; i++) {
    if (!(frequencies[i] > 0)) continue;
    found = true;
    const steps = round(binsPerOctave * round(Math.log2(round(frequencies[i] / 27.5))));
    const part = steps - Math.floor(steps);
    const residual = part >= 0.5 ? part - 1 : part;
    let bin = Math.min(Math.max(Math.floor((residual + 0.5) * count), 0), count - 1);
    // Rounding may have put it next to where the edges say.
    if (residual < edge(bin)) bin--;
    else if (bin + 1 < count && residual >= edge(bin + 1)) bin++;
    counts[bin]++;
  }
  if (!found) {
    console.warn('pitchTuning: there is no frequency to estimate the tuning from; it is taken as 0');
    return 0;
  }
  return edge(counts.indexOf(counts.reduce((most, n) => Math.max(most, n), 0)));
}

/**
 * How far a sound is from the scale with A4 at 440 Hz, like `librosa.estimate_tuning`: where most of its louder pitches lie
 * between the notes.
 *
 * @param source - a waveform, finite everywhere, or magnitudes (or powers) of at least 0, 1 + ⌊nFft / 2⌋ rows × frames
 * @returns parts of a step, from −0.5 to below 0.5; 0, and a warning, where there is no pitch
 * @throws ParameterError for options out of range, numbers that are not finite, or a negative magnitude
 * @see {@link piptrack}, {@link chromaStft}
 *
 * @example
 * const tuning = estimateTuning(waveform); // 0.1: ten cents sharp
 */
export function estimateTuning(source: Waveform | FloatMatrix, options: OrNull<EstimateTuningOptions> = {}): number {
  const { resolution = 0.01, binsPerOctave = 12, ...chosen } = given<EstimateTuningOptions>(options);
  requireInteger('binsPerOctave', binsPerOctave);
  requireResolution(resolution);
  const { pitches, magnitudes } = piptrack(source, chosen);
  const isPitch = (_: number, i: number) => pitches.data[i] > 0;
  const threshold = median(magnitudes.data.filter(isPitch));
  const loud = pitches.data.filter((pitch, i) => pitch > 0 && magnitudes.data[i] >= threshold);
  return pitchTuning(loud, { resolution, binsPerOctave });
}

function requireResolution(resolution: number): void {
  requireNumber('resolution', resolution, 1e-6, 1);
}
