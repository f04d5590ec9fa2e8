import { ParameterError } from '../errors.js';
import { tf } from '../tensorflow.js';
import { frameCount, type ModelConfig, receptiveField } from './config.js';

/** What a model takes; the feature extractor makes it. */
export interface ModelInput {
  /** Waveforms of one length at the model's sampling rate: rows, or a tensor (batch, samples). */
  inputValues: readonly Float32Array[] | tf.Tensor2D;
  /** 1 where a row is sound, 0 where it is padded at its end: the shape of `inputValues`. */
  attentionMask?: readonly ArrayLike<number>[] | tf.Tensor2D;
}

/** A {@link ModelInput}, checked. */
export interface Batch {
  rows: readonly Float32Array[];
  /** Frames that the rows make. */
  frames: number;
  /** How many of them are sound, where there is a mask. */
  lengths?: number[];
}

/** @throws ParameterError that names the row, for inputs that the model cannot take */
export function readInput({ inputValues, attentionMask }: ModelInput, config: ModelConfig): Batch {
  const rows = inputValues instanceof tf.Tensor ? rowsOf(inputValues) : inputValues;
  if (rows.length === 0) throw new ParameterError('inputValues has no rows; give at least one waveform');
  const [{ length }] = rows;
  const field = receptiveField(config);
  rows.forEach((row, i) => {
    if (!(row instanceof Float32Array)) {
      throw new ParameterError(`inputValues[${i}] is no Float32Array; let the feature extractor make the input`);
    }
    if (row.length !== length) {
      const lengths = `inputValues[${i}] has ${row.length} samples, inputValues[0] ${length}`;
      throw new ParameterError(`${lengths}; call the feature extractor with padding: true`);
    }
  });
  if (length < field) {
    throw new ParameterError(`inputValues has ${length} samples; a frame of this model needs at least ${field}`);
  }
  const frames = frameCount(config, length);
  if (!attentionMask) return { rows, frames };
  const masks = attentionMask instanceof tf.Tensor ? rowsOf(attentionMask) : attentionMask;
  if (masks.length !== rows.length || Array.from(masks).some((mask) => mask.length !== length)) {
    throw new ParameterError(`attentionMask must have the shape of inputValues, [${rows.length}, ${length}]`);
  }
  const lengths = Array.from(masks, (mask, i) => {
    let samples = 0;
    for (let t = 0; t < mask.length; t++) samples += mask[t];
    if (samples >= field) return frameCount(config, samples);
    throw new ParameterError(`attentionMask[${i}] leaves ${samples} samples; a frame needs at least ${field}`);
  });
  return { rows, frames, lengths };
}

/** 1 where a frame is sound, 0 where it is padding: (B, T). */
export function frameMask({ frames, lengths }: Batch): tf.Tensor2D | undefined {
  return (
    lengths && tf.tensor2d(lengths.map((length) => Array.from({ length: frames }, (_, t) => (t < length ? 1 : 0))))
  );
}

function rowsOf(tensor: tf.Tensor2D): Float32Array[] {
  const [count, length] = tensor.shape;
  const values = Float32Array.from(tensor.dataSync());
  return Array.from({ length: count }, (_, i) => values.subarray(i * length, (i + 1) * length));
}
