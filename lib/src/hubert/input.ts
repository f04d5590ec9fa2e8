import { ParameterError } from '../errors.js';
import { tf } from '../tensor/tensorflow.js';
import { firstNotFinite } from '../validation.js';
import { frameCount, type ModelConfig, receptiveField } from './config.js';

/** What a model takes; the feature extractor makes it. */
export interface ModelInput {
  /** Waveforms of one length at the model's sampling rate: rows, or a tensor (batch, samples). */
  inputValues: readonly Float32Array[] | tf.Tensor2D;
  /** 1 where a row is sound, 0 where it is padded at its end: the shape of `inputValues`. */
  attentionMask?: readonly ArrayLike<number>[] | tf.Tensor2D;
}

/** What a model takes where its feature encoder has already run, and stays as it is. */
export interface FeatureInput {
  /** What `model.extractFeatures` gave: (batch, frames, channels). */
  extractFeatures: tf.Tensor3D;
  /** As for the waveforms that the features were made of: (batch, samples). */
  attentionMask?: ModelInput['attentionMask'];
}

/** What the encoder gets: a {@link ModelInput} or {@link FeatureInput}, checked. */
export interface EncoderInput {
  /** How many rows there are. */
  size: number;
  /** The waveforms, or what the feature encoder made of them. */
  source: readonly Float32Array[] | tf.Tensor3D;
  /** Frames that the rows make. */
  frames: number;
  /** How many of them are sound, where there is padding. */
  lengths?: number[];
}

/** @throws ParameterError that names the row, for inputs that the model cannot take */
export function checkInput(input: ModelInput | FeatureInput, config: ModelConfig): EncoderInput {
  const { attentionMask } = input;
  if ('extractFeatures' in input) {
    const source = input.extractFeatures;
    const [size, frames, channels] = source.shape;
    const wanted = config.convDim[config.convDim.length - 1];
    if (channels !== wanted) {
      throw new ParameterError(`extractFeatures has the shape [${source.shape}]; give (batch, frames, ${wanted})`);
    }
    if (!attentionMask) return { size, source, frames };
    const lengths = soundFrames(
      attentionMask,
      config,
      { size, frames },
      (samples) => frameCount(config, samples) === frames,
    );
    return { size, source, frames, lengths };
  }
  const { inputValues } = input;
  const rows = inputValues instanceof tf.Tensor ? rowsOf(inputValues) : inputValues;
  if (rows.length === 0) throw new ParameterError('inputValues has no rows; give at least one waveform');
  const [{ length }] = rows;
  const field = receptiveField(config);
  rows.forEach((row, i) => {
    if (!(row instanceof Float32Array)) {
      throw new ParameterError(`inputValues[${i}] is no Float32Array; let the feature extractor make the input`);
    }
    const broken = firstNotFinite(row);
    if (broken >= 0)
      throw new ParameterError(`inputValues[${i}] has ${row[broken]} at sample ${broken}; give finite numbers`);
    if (row.length !== length) {
      const lengths = `inputValues[${i}] has ${row.length} samples, inputValues[0] ${length}`;
      throw new ParameterError(`${lengths}; call the feature extractor with padding: true`);
    }
  });
  if (length < field) {
    throw new ParameterError(`inputValues has ${length} samples; a frame of this model needs at least ${field}`);
  }
  const batch = { size: rows.length, source: rows, frames: frameCount(config, length) };
  if (!attentionMask) return batch;
  return { ...batch, lengths: soundFrames(attentionMask, config, batch, (samples) => samples === length) };
}

/** How many frames of each row are sound, where any is padding. */
function soundFrames(
  attentionMask: NonNullable<ModelInput['attentionMask']>,
  config: ModelConfig,
  { size, frames }: { size: number; frames: number },
  fits: (samples: number) => boolean,
): number[] | undefined {
  const field = receptiveField(config);
  const masks = attentionMask instanceof tf.Tensor ? rowsOf(attentionMask) : attentionMask;
  if (masks.length !== size || !Array.from(masks).every((mask) => fits(mask.length))) {
    throw new ParameterError(
      `attentionMask must have a row of samples for each of the ${size} waveforms, as long as they are`,
    );
  }
  const lengths = Array.from(masks, (mask, i) => {
    let samples = 0;
    for (let t = 0; t < mask.length; t++) samples += mask[t];
    if (samples >= field) return frameCount(config, samples);
    throw new ParameterError(`attentionMask[${i}] leaves ${samples} samples; a frame needs at least ${field}`);
  });
  return lengths.every((length) => length === frames) ? undefined : lengths;
}

/** The batch in parts of so many frames at most, or of one row. */
export function splitInput({ size, source, frames, lengths }: EncoderInput, most: number): EncoderInput[] {
  const rows = Math.max(1, Math.floor(most / frames));
  const firsts = Array.from({ length: Math.ceil(size / rows) }, (_, i) => i * rows);
  return firsts.map((first) => {
    const count = Math.min(rows, size - first);
    return {
      size: count,
      source: source instanceof tf.Tensor ? tf.slice(source, first, count) : source.slice(first, first + count),
      frames,
      ...(lengths && { lengths: lengths.slice(first, first + count) }),
    };
  });
}

/** 1 where a frame is sound, 0 where it is padding: (B, T). */
export function frameMask({ frames, lengths }: EncoderInput): tf.Tensor2D | undefined {
  return (
    lengths && tf.tensor2d(lengths.map((length) => Array.from({ length: frames }, (_, t) => (t < length ? 1 : 0))))
  );
}

function rowsOf(tensor: tf.Tensor2D): Float32Array[] {
  const [count, length] = tensor.shape;
  const values = Float32Array.from(tensor.dataSync());
  return Array.from({ length: count }, (_, i) => values.subarray(i * length, (i + 1) * length));
}
