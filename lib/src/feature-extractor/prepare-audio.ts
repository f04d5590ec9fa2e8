import { isWaveform, type Waveform } from '../dsp/waveform.js';
import { ParameterError, SamplingRateError } from '../errors.js';
import { requireChoice, requireFinite, requireInteger } from '../validation.js';
import type { PreprocessorConfig } from './preprocessor-config.js';

/** One waveform, mono: its samples, or its samples with their sampling rate. */
export type RawAudio = Float32Array | Float64Array | readonly number[] | Waveform;

/** Options of a call of {@link Wav2Vec2FeatureExtractor}. */
export interface FeatureExtractionOptions {
  /** The sampling rate of the audio in Hz, for samples that come without. It must be the extractor's. */
  samplingRate?: number;
  /**
   * Fill shorter waveforms up: `true` or `'longest'` to the longest of the batch, `'max_length'` to `maxLength`,
   * `false` or `'do_not_pad'` (the default) not at all.
   */
  padding?: boolean | 'longest' | 'max_length' | 'do_not_pad';
  /** A length in samples, for padding and truncation. */
  maxLength?: number;
  /** Cut waveforms that are longer than `maxLength`; default false. */
  truncation?: boolean;
  /** Round the lengths that padding and truncation aim at up to a multiple of this. */
  padToMultipleOf?: number;
  /** Overrides the extractor's own `returnAttentionMask`. */
  returnAttentionMask?: boolean;
}

/** What a model takes: one row for each waveform. */
export interface BatchFeature {
  /** The waveforms, prepared. */
  inputValues: Float32Array[];
  /** 1 for audio, 0 for padding. */
  attentionMask?: Int32Array[];
}

/** The most numbers that padding makes of shorter waveforms: 1 GB of them, four hours at 16 kHz. */
const MOST_PADDED = 2 ** 28;

const PADDING = [true, false, 'longest', 'max_length', 'do_not_pad'] as const;

/** What an extractor's call does. `warn` is called where nothing says at which rate the audio was sampled. */
export function prepare(
  config: PreprocessorConfig,
  audio: RawAudio | readonly RawAudio[],
  options: FeatureExtractionOptions,
  warn: () => void,
): BatchFeature {
  const { padding = false, truncation = false, returnAttentionMask = config.returnAttentionMask } = options;
  checkOptions(options);
  const limit = roundUp(options.maxLength, options.padToMultipleOf);
  const rows = readRows(config, audio, options.samplingRate, warn).map((row) =>
    truncation ? row.subarray(0, limit) : row,
  );
  const longest = rows.reduce((length, row) => Math.max(length, row.length), 0);
  const toLongest = padding === true || padding === 'longest';
  const target = padding === 'max_length' ? limit : toLongest ? roundUp(longest, options.padToMultipleOf) : undefined;
  if (target !== undefined && target > longest && target * rows.length > MOST_PADDED) {
    throw new ParameterError(
      `Padding to ${target} samples makes ${target * rows.length} numbers of audio, more than the ${MOST_PADDED} allowed; ` +
        'give a smaller maxLength or padToMultipleOf',
    );
  }

  const inputValues = rows.map((row) => pad(row, target, config.paddingValue, config.paddingSide));
  if (config.doNormalize) {
    for (const [i, values] of inputValues.entries()) {
      // Without a mask, Transformers cannot tell the padding from the audio.
      normalize(values, returnAttentionMask ? rows[i].length : values.length, config.paddingValue);
    }
  }
  if (!returnAttentionMask) return { inputValues };
  const ones = rows.map((row) => new Int32Array(row.length).fill(1));
  return { inputValues, attentionMask: ones.map((row) => pad(row, target, 0, config.paddingSide)) };
}

function checkOptions(options: FeatureExtractionOptions): void {
  const { padding = false, maxLength, padToMultipleOf, truncation = false, returnAttentionMask = false } = options;
  requireChoice('padding', padding, PADDING);
  requireChoice('truncation', truncation, [true, false]);
  requireChoice('returnAttentionMask', returnAttentionMask, [true, false]);
  if (maxLength !== undefined) requireInteger('maxLength', maxLength);
  if (padToMultipleOf !== undefined) requireInteger('padToMultipleOf', padToMultipleOf);
  if (maxLength !== undefined) return;
  if (truncation) throw new ParameterError('truncation needs a length to cut to: give maxLength, in samples');
  if (padding === 'max_length') throw new ParameterError("padding 'max_length' needs that length: give maxLength");
}

const roundUp = <L extends number | undefined>(length: L, multiple = 1): L =>
  (length === undefined ? length : Math.ceil(length / multiple) * multiple) as L;

/** The samples of each waveform, checked, in float32. They may be the caller's own. */
function readRows(
  config: PreprocessorConfig,
  audio: RawAudio | readonly RawAudio[],
  samplingRate: number | undefined,
  warn: () => void,
): Float32Array[] {
  if (samplingRate !== undefined) checkRate('samplingRate', samplingRate, config.samplingRate);
  const isBatch = Array.isArray(audio) && typeof audio[0] !== 'number';
  const batch = (isBatch ? audio : [audio]) as readonly RawAudio[];
  if (batch.length === 0) throw new ParameterError('audio is empty; give one waveform at least');
  return batch.map((row, i) => {
    const name = isBatch ? `audio[${i}]` : 'audio';
    if (isWaveform(row)) checkRate(`${name}.sampleRate`, row.sampleRate, config.samplingRate);
    else if (samplingRate === undefined) warn();
    return readSamples(name, isWaveform(row) ? row.samples : row);
  });
}

function checkRate(name: string, found: number, wanted: number): void {
  if (found === wanted) return;
  throw new SamplingRateError(
    `${name} is ${found} Hz, but the model was trained at ${wanted} Hz; ` +
      `convert the audio: resample(samples, { from: ${found}, to: ${wanted} })`,
  );
}

function readSamples(name: string, samples: Exclude<RawAudio, Waveform>): Float32Array {
  const isArray = Array.isArray(samples);
  if (!isArray && !(samples instanceof Float32Array) && !(samples instanceof Float64Array)) {
    throw new ParameterError(`${name} is no waveform; give a Float32Array, an array of numbers or a Waveform`);
  }
  if (samples.length === 0) throw new ParameterError(`${name} is empty; give one sample at least`);
  if (isArray && typeof samples[0] !== 'number') {
    throw new ParameterError(`${name} has several channels; give one, as load does`);
  }
  const values = samples instanceof Float32Array ? samples : Float32Array.from(samples);
  requireFinite(name, values);
  return values;
}

/** A copy of `row`, filled up to `length` with `value`. */
export function pad<T extends Float32Array | Int32Array>(
  row: T,
  length: number = 0,
  value: number,
  side: 'left' | 'right',
): T {
  const padded = new (row.constructor as new (length: number) => T)(Math.max(length, row.length));
  const start = side === 'left' ? padded.length - row.length : 0;
  padded.fill(value, 0, start).fill(value, start + row.length);
  padded.set(row, start);
  return padded;
}

/** Gives the first `length` values mean 0 and variance 1, and sets the others to `paddingValue`. */
function normalize(values: Float32Array, length: number, paddingValue: number): void {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i];
  const mean = sum / length;
  let squares = 0;
  for (let i = 0; i < length; i++) squares += (values[i] - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / length + 1e-7);
  for (let i = 0; i < length; i++) values[i] = (values[i] - mean) * scale;
  values.fill(paddingValue, length);
}
