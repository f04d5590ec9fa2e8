import { FloatMatrix } from '../dsp/float-matrix.js';
import { ParameterError } from '../errors.js';
import type { ModelConfig } from '../hubert/config.js';
import type { ModelInput } from '../hubert/input.js';
import type { ForwardOptions } from '../hubert/speech-encoder.js';
import { tf } from '../tensor/tensorflow.js';

/** A model that gives what its layers give: `HubertModel`, or one that is pre-trained. */
export interface LayeredModel {
  readonly config: ModelConfig;
  forward(input: ModelInput & { mask?: false }, options: ForwardOptions): { hiddenStates?: tf.Tensor3D[] };
}

/**
 * What a layer of a model gives for a clip: what HuBERT's labels are made of from the second iteration on (layer 6 of the
 * first model, for HuBERT Base), like fairseq's `dump_hubert_feature.py`.
 *
 * They come as the model's frames do, 50 a second: `labelRate: 50`.
 *
 * @param model - random parts off; `model.eval()`
 * @param samples - a clip as the feature extractor prepares it
 * @param layer - from 1; 0 is what the first layer gets
 * @returns a row for each frame: frames × hidden size
 * @throws ParameterError for a layer that the model does not have, and as the model's `forward` does
 *
 * @example
 * const points = layerFeatures(model, inputValues[0], 6);
 */
export function layerFeatures(model: LayeredModel, samples: Float32Array, layer: number): FloatMatrix {
  const { numHiddenLayers, hiddenSize } = model.config;
  if (!Number.isInteger(layer) || layer < 0 || layer > numHiddenLayers) {
    throw new ParameterError(`layer is ${layer}; the model has layers 1 to ${numHiddenLayers}, and 0 before them`);
  }
  const state = tf.tidy(() => {
    const input = { inputValues: [samples], mask: false as const };
    return tf.keep(tf.clone(model.forward(input, { outputHiddenStates: true }).hiddenStates![layer])); // (1, T, C)
  });
  try {
    return new FloatMatrix(state.shape[1], hiddenSize, Float32Array.from(state.dataSync()));
  } finally {
    state.dispose();
  }
}
