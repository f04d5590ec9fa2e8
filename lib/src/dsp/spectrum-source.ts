import { ParameterError } from '../errors.js';
import { requireReal, requireWaveform } from '../numbers.js';
import { firstNotFinite, requireInteger, requirePositive } from '../validation.js';
import { FloatMatrix } from './float-matrix.js';
import { type StftOptions, stft } from './stft.js';
import type { Waveform } from './waveform.js';

/** Options of what takes a waveform or its spectrogram. */
export interface SpectrumOptions extends StftOptions {
  /** Default 512. */
  hopLength?: number;
  /** In Hz, of a spectrogram; default 22,050. A waveform has its own. */
  sampleRate?: number;
}

/** A spectrogram, and what its rows mean. */
export interface Spectrum {
  /** 1 + ⌊nFft / 2⌋ rows × frames, of at least 0. */
  s: FloatMatrix;
  nFft: number;
  /** In Hz. */
  sampleRate: number;
}

/**
 * A spectrogram as it is, or that of a waveform, like librosa's functions with `y` or `S`.
 *
 * @param power - exponent of the magnitude that the waveform's spectrogram has
 * @throws ParameterError as `stft` does; for a spectrogram with negative numbers, or a sampling rate given twice
 */
export function spectrumOf(source: Waveform | FloatMatrix, options: SpectrumOptions, power: 1 | 2): Spectrum {
  const { nFft = 2048, sampleRate = 22050 } = options;
  if (!(source instanceof FloatMatrix)) {
    requireWaveform('source', source);
    requirePositive('sampleRate', source.sampleRate);
    requireRateOnce(source, options);
    const spectrogram = stft(source.samples, { ...options, hopLength: options.hopLength ?? 512 });
    return { s: power === 1 ? spectrogram.magnitude() : spectrogram.power(), nFft, sampleRate: source.sampleRate };
  }
  requireReal('source', source);
  requireInteger('nFft', nFft);
  requirePositive('sampleRate', sampleRate);
  requireMagnitude('source', source);
  // librosa believes the rows where nFft says something else.
  return { s: source, nFft: 1 + (nFft >> 1) === source.rows ? nFft : 2 * (source.rows - 1), sampleRate };
}

/** Throws a {@link ParameterError} where options contradict the sampling rate of a waveform. */
function requireRateOnce(waveform: Waveform, { sampleRate }: { sampleRate?: number }): void {
  if (sampleRate === undefined || sampleRate === waveform.sampleRate) return;
  throw new ParameterError(`sampleRate is ${sampleRate}, the waveform's ${waveform.sampleRate}; leave the option out`);
}

function requireMagnitude(name: string, { data }: FloatMatrix): void {
  const wrong = firstNotFinite(data);
  const i = wrong < 0 ? data.findIndex((x) => x < 0) : wrong;
  if (i >= 0) throw new ParameterError(`${name}[${i}] is ${data[i]}; a spectrogram has finite numbers of at least 0`);
}
