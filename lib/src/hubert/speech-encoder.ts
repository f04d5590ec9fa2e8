import { layerNorm, linear, type ParameterLookup, under } from '../tensor/functional.js';
import { scaledGradient, withoutGradient } from '../tensor/gradient-tape.js';
import type { Precision } from '../tensor/graph-writer.js';
import { dropout, type Randomness } from '../tensor/randomness.js';
import { tf } from '../tensor/tensorflow.js';
import type { ModelConfig } from './config.js';
import { FeatureEncoder } from './feature-encoder.js';
import { type EncoderInput, frameMask } from './input.js';
import type { SpanMasks, TrainingChoices } from './training-choices.js';
import { type EncoderOutput, TransformerEncoder } from './transformer.js';

/** What the model without a head gives; the tensors belong to the caller. */
export type BaseModelOutput = EncoderOutput & {
  /** The feature encoder's frames (B, T, channels); in wav2vec2 after their norm, as in Transformers. */
  extractFeatures: tf.Tensor3D;
};

/** What a forward pass is asked for. */
export interface ForwardOptions {
  /** Give what the first layer gets and what each layer gives; default false. */
  outputHiddenStates?: boolean;
  /** Give each layer's attention weights; default false. */
  outputAttentions?: boolean;
}

/** From samples to frames in context: feature encoder, projection, SpecAugment, transformer. */
export class SpeechEncoder {
  /** Whether training leaves the feature encoder as it is; its activations are then not kept for a gradient. */
  frozen = false;
  /** What the gradient that reaches the feature encoder is multiplied by; at 0 none does. */
  featureGradMult = 1;
  /** Of the matrix products, where no gradient is recorded. */
  precision: Precision = 'float32';
  readonly #config: ModelConfig;
  readonly #parameters: ParameterLookup;
  readonly #features: FeatureEncoder;
  readonly #transformer: TransformerEncoder;

  constructor(config: ModelConfig, parameters: ParameterLookup) {
    this.#config = config;
    this.#parameters = parameters;
    this.#features = new FeatureEncoder(config, under(parameters, 'feature_extractor'));
    this.#transformer = new TransformerEncoder(config, under(parameters, 'encoder'));
  }

  /** Whether a gradient keeps little of the transformer's layers, and computes each once more. */
  set activationCheckpointing(on: boolean) {
    this.#transformer.activationCheckpointing = on;
  }

  /**
   * @param choices - in training, what chance has decided for the batch
   * @param masks - what is masked; in training that is decided with all else
   */
  forward(
    batch: EncoderInput,
    options: ForwardOptions,
    choices?: TrainingChoices,
    masks: SpanMasks | undefined = choices,
  ): BaseModelOutput {
    const { outputHiddenStates = false, outputAttentions = false } = options;
    return tf.tidy(() => {
      const features = scaledGradient(this.extractFeatures(batch), this.featureGradMult);
      const { normed, hidden } = this.#project(features, choices?.randomness);
      const augmented = masks ? this.#augment(hidden, masks) : hidden;
      const mask = frameMask(batch);
      const { precision } = this;
      const encoded = { frameMask: mask, outputHiddenStates, outputAttentions, precision, choices };
      return {
        ...this.#transformer.forward(augmented, encoded),
        extractFeatures: this.#config.modelType === 'wav2vec2' ? normed : features,
      };
    });
  }

  /** What the feature encoder gives (B, T, channels). */
  extractFeatures({ source }: EncoderInput): tf.Tensor3D {
    if (source instanceof tf.Tensor) return tf.clone(source);
    const encode = () => this.#features.forward(source, this.precision);
    return this.frozen ? withoutGradient(encode) : encode();
  }

  dispose(): void {
    this.#features.dispose();
    this.#transformer.dispose();
  }

  #project(features: tf.Tensor3D, randomness?: Randomness): { normed: tf.Tensor3D; hidden: tf.Tensor3D } {
    const { featProjLayerNorm, layerNormEps, featProjDropout, hiddenSize } = this.#config;
    const own = under(this.#parameters, 'feature_projection');
    const normed = featProjLayerNorm
      ? layerNorm(features, own('layer_norm.weight'), own('layer_norm.bias'), layerNormEps)
      : features;
    const [batch, frames, channels] = features.shape;
    const rows = linear(tf.reshape(normed, [-1, channels]), under(own, 'projection')); // (B · T, C)
    const hidden = tf.reshape(rows, [batch, frames, hiddenSize]) as tf.Tensor3D; // (B, T, C)
    return { normed, hidden: dropout(hidden, featProjDropout, randomness) };
  }

  /** SpecAugment: spans of frames become a learned vector, spans of channels 0. */
  #augment(hidden: tf.Tensor3D, { timeMask, featureMask }: SpanMasks): tf.Tensor3D {
    let x = hidden;
    if (timeMask) {
      const masked = tf.expandDims(tf.tensor2d(timeMask, undefined, 'float32'), -1); // (B, T, 1)
      // Products, since the gradient of tf.where would go through the rows one by one.
      const kept = tf.mul(x, tf.sub(1, masked));
      x = tf.add(kept, tf.mul(this.#parameters('masked_spec_embed'), masked)) as tf.Tensor3D;
    }
    if (featureMask) {
      const masked = tf.expandDims(tf.tensor2d(featureMask, undefined, 'float32'), 1); // (B, 1, C)
      x = tf.mul(x, tf.sub(1, masked));
    }
    return x;
  }
}
