import { ParameterError } from '../errors.js';
import { tf } from '../tensorflow.js';
import type { ModelConfig } from './config.js';
import { type FromPretrainedOptions, loadModel } from './from-pretrained.js';
import { linear } from './functional.js';
import { initialise } from './initialise.js';
import { type Batch, type FeatureInput, frameMask, type ModelInput, readInput } from './input.js';
import { baseParameters, headParameters, type ParameterSpec } from './parameters.js';
import { PretrainedModel } from './pretrained-model.js';
import type { BaseModelOutput, ForwardOptions } from './speech-encoder.js';

/** What a classifier takes. */
export type ClassifierInput = (ModelInput | FeatureInput) & {
  /** The class of each row, -100 for rows that do not count; with them the output has a loss. */
  labels?: ArrayLike<number>;
};

/** What training a classifier needs of a batch; the tensors belong to the caller. */
export interface LossAndGradients {
  /** The mean cross-entropy. */
  loss: tf.Scalar;
  /** (batch, classes) */
  logits: tf.Tensor2D;
  /** The gradient of the loss by each trainable parameter that it depends on, under the parameter's name. */
  gradients: tf.NamedTensorMap;
}

/** What a classifier gives; the tensors belong to the caller. */
export type SequenceClassifierOutput = {
  /** A score for each class, before softmax or sigmoid: (batch, classes). */
  logits: tf.Tensor2D;
  /** The mean cross-entropy, where there are labels. */
  loss?: tf.Scalar;
  /** What the first layer gets, then what each layer gives, where asked for: (batch, frames, channels). */
  hiddenStates?: tf.Tensor3D[];
  /** The weights of each layer, where asked for: (batch, heads, frames, frames). */
  attentions?: tf.Tensor4D[];
};

/**
 * HuBERT without a head (Hsu et al. 2021), like `transformers.HubertModel`: 50 vectors a second, each in the context of
 * the whole clip.
 *
 * @example
 * const model = await HubertModel.fromPretrained('ntu-spml/distilhubert');
 * const { lastHiddenState } = model.forward(extractor(speech)); // (1, frames, 768)
 */
export class HubertModel extends PretrainedModel {
  /** Without parameters, they are drawn at random. */
  constructor(config: ModelConfig, parameters?: ReadonlyMap<string, tf.Variable>) {
    super(config, '', parameters ?? initialise(HubertModel.specs(config)));
  }

  /** The parameters, by their names in a checkpoint. */
  static specs(config: ModelConfig): Map<string, ParameterSpec> {
    return baseParameters(config);
  }

  /** See {@link AutoModel.fromPretrained}. */
  static fromPretrained(idOrFolder: string, options: FromPretrainedOptions = {}): Promise<HubertModel> {
    return loadModel(idOrFolder, options, { hubert: HubertModel });
  }

  /** @throws ParameterError for inputs that are too short or do not fit each other */
  forward(input: ModelInput | FeatureInput, options: ForwardOptions = {}): BaseModelOutput {
    return this.encoder.forward(readInput(input, this.config), options, this.randomness);
  }
}

/** wav2vec 2.0 without a head (Baevski et al. 2020), like `transformers.Wav2Vec2Model`. */
export class Wav2Vec2Model extends HubertModel {
  static override fromPretrained(idOrFolder: string, options: FromPretrainedOptions = {}): Promise<Wav2Vec2Model> {
    return loadModel(idOrFolder, options, { wav2vec2: Wav2Vec2Model });
  }
}

/**
 * HuBERT that classifies whole clips, like `transformers.HubertForSequenceClassification`: the frames are projected,
 * averaged over time and classified.
 */
export class HubertForSequenceClassification extends PretrainedModel {
  /** Without parameters, they are drawn at random. */
  constructor(config: ModelConfig, parameters?: ReadonlyMap<string, tf.Variable>) {
    super(config, `${config.modelType}.`, parameters ?? initialise(HubertForSequenceClassification.specs(config)));
  }

  /** The parameters, by their names in a checkpoint. */
  static specs(config: ModelConfig): Map<string, ParameterSpec> {
    const encoder = [...baseParameters(config)].map(([name, spec]) => [`${config.modelType}.${name}`, spec] as const);
    return new Map([...encoder, ...headParameters(config)]);
  }

  /** See {@link AutoModelForAudioClassification.fromPretrained}. */
  static fromPretrained(
    idOrFolder: string,
    options: FromPretrainedOptions = {},
  ): Promise<HubertForSequenceClassification> {
    return loadModel(idOrFolder, options, { hubert: HubertForSequenceClassification });
  }

  /** @throws ParameterError for inputs that are too short or do not fit each other, and for labels out of range */
  forward(input: ClassifierInput, options: ForwardOptions = {}): SequenceClassifierOutput {
    const batch = readInput(input, this.config);
    const { labels } = input;
    if (labels) checkLabels(labels, batch.size, this.config.numLabels);
    return tf.tidy(() => {
      const weighted = this.config.useWeightedLayerSum;
      const asked = weighted ? { ...options, outputHiddenStates: true } : options;
      const { lastHiddenState, hiddenStates, attentions } = this.encoder.forward(batch, asked, this.randomness);
      const frames = weighted ? this.#layerSum(hiddenStates!) : lastHiddenState;
      const logits = this.#classify(meanOverTime(frames, batch));
      return {
        logits,
        ...(labels && { loss: crossEntropy(logits, labels) }),
        ...(options.outputHiddenStates && { hiddenStates }),
        ...(options.outputAttentions && { attentions }),
      };
    });
  }

  /** The loss of a batch with labels, and its gradient by every trainable parameter. */
  lossAndGradients(input: ClassifierInput): LossAndGradients {
    const trained = [...this.parameters].filter(([, { trainable }]) => trainable);
    const variables = trained.map(([, variable]) => variable);
    return tf.tidy(() => {
      let logits: tf.Tensor2D | undefined;
      const { value, grads } = tf.variableGrads(() => {
        const output = this.forward(input);
        logits = tf.keep(output.logits);
        return output.loss!;
      }, variables);
      const gradients: tf.NamedTensorMap = {};
      for (const [name, variable] of trained) {
        if (grads[variable.name]) gradients[name] = grads[variable.name];
      }
      const result = { loss: value, logits: tf.clone(logits!), gradients };
      logits!.dispose();
      return result;
    });
  }

  /** The learned average of all layers' outputs (B, T, C). */
  #layerSum(hiddenStates: tf.Tensor3D[]): tf.Tensor3D {
    const weights = tf.unstack(tf.softmax(this.parameter('layer_weights')));
    return tf.addN(hiddenStates.map((state, i) => tf.mul(state, weights[i]) as tf.Tensor3D));
  }

  /** The projection is linear, so that it may follow the mean over time: (B, C) → (B, classes). */
  #classify(pooled: tf.Tensor2D): tf.Tensor2D {
    const projected = linear(pooled, (name) => this.parameter(`projector.${name}`));
    return linear(projected, (name) => this.parameter(`classifier.${name}`));
  }
}

/** wav2vec 2.0 that classifies whole clips, like `transformers.Wav2Vec2ForSequenceClassification`. */
export class Wav2Vec2ForSequenceClassification extends HubertForSequenceClassification {
  static override fromPretrained(
    idOrFolder: string,
    options: FromPretrainedOptions = {},
  ): Promise<Wav2Vec2ForSequenceClassification> {
    return loadModel(idOrFolder, options, { wav2vec2: Wav2Vec2ForSequenceClassification });
  }
}

/** (B, T, C) → (B, C), over the frames that are sound. */
function meanOverTime(frames: tf.Tensor3D, batch: Batch): tf.Tensor2D {
  const mask = frameMask(batch);
  if (!mask) return tf.mean(frames, 1);
  const weights = tf.div(mask, tf.sum(mask, 1, true)); // (B, T)
  return tf.sum(tf.mul(frames, tf.expandDims(weights, -1)), 1);
}

/** The label of rows that the loss leaves out, as in PyTorch. */
const IGNORED = -100;

/** The mean over the rows that count; NaN if none does, as in PyTorch. */
function crossEntropy(logits: tf.Tensor2D, labels: ArrayLike<number>): tf.Scalar {
  const counted = Array.from(labels).filter((label) => label !== IGNORED).length;
  // Labels out of range become rows of zeros.
  const chosen = tf.oneHot(tf.tensor1d(Array.from(labels), 'int32'), logits.shape[1]);
  return tf.div(tf.sum(tf.mul(tf.logSoftmax(logits), chosen)), -counted);
}

function checkLabels(labels: ArrayLike<number>, rows: number, classes: number): void {
  if (labels.length !== rows) throw new ParameterError(`labels has ${labels.length} entries for ${rows} rows`);
  for (let i = 0; i < rows; i++) {
    if (labels[i] === IGNORED) continue;
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      throw new ParameterError(`labels[${i}] is ${labels[i]}; give a whole number from 0 to ${classes - 1}`);
    }
  }
}
