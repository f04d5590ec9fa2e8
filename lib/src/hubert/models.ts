import type { GraphScope } from '../onnx/graph.js';
import { cast } from '../onnx/layers.js';
import { given, type OrNull } from '../options.js';
import { checkRows, type MixedLabels } from '../tensor/cross-entropy.js';
import { linear } from '../tensor/functional.js';
import { initialise, type ParameterSpec } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import { batchLoss, type LossOptions } from './classification-loss.js';
import type { ModelConfig } from './config.js';
import { inParts } from './gradients/gradients-in-parts.js';
import { type LossAndGradients, lossAndGradients } from './gradients/loss-and-gradients.js';
import { checkInput, type EncoderInput, type FeatureInput, frameMask, type ModelInput } from './input.js';
import { classifierGraph, encoderGraph } from './onnx/model-graph.js';
import { type FromPretrainedOptions, loadModel } from './pretrained/from-pretrained.js';
import { baseParameters, headParameters } from './pretrained/parameter-specs.js';
import { PretrainedModel } from './pretrained/pretrained-model.js';
import type { BaseModelOutput, ForwardOptions } from './speech-encoder.js';
import type { TrainingChoices } from './training-choices.js';

/** What a classifier takes. */
export type ClassifierInput = (ModelInput | FeatureInput) & {
  /** The class of each row, -100 for rows that do not count; with them the output has a loss. */
  labels?: ArrayLike<number>;
  /** For each row a second class, and its share of the row's loss in [0, 1]. */
  mixed?: MixedLabels;
  /** How the loss is computed; default the mean cross-entropy of the rows that count. */
  loss?: LossOptions;
};

/** What a classifier gives; the tensors belong to the caller. */
export type SequenceClassifierOutput = {
  /** A score for each class, before softmax or sigmoid: (batch, classes). */
  logits: tf.Tensor2D;
  /** The mean cross-entropy, or what else the input asked for, where there are labels. */
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
 * const frames = tf.tidy(() => model.forward(extractor(speech)).lastHiddenState); // (1, frames, 768)
 * frames.dispose();
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
  static fromPretrained(idOrFolder: string, options: OrNull<FromPretrainedOptions> = {}): Promise<HubertModel> {
    return loadModel(idOrFolder, options, { hubert: HubertModel });
  }

  /**
   * Waveforms → frames in context.
   *
   * @param input - waveforms (batch, samples) or features (batch, frames, channels), and a mask (batch, samples)
   * @returns `lastHiddenState` (batch, frames, hidden size) and `extractFeatures` (batch, frames, channels); where asked
   * for, `hiddenStates`, each of that shape, and `attentions`, each (batch, heads, frames, frames)
   * @throws ParameterError for inputs that are empty, too short or not finite, or do not fit each other
   *
   * @example
   * const means = tf.tidy(() => tf.mean(model.forward(extractor(speech)).lastHiddenState, 1)); // (1, hidden size)
   * means.dispose();
   */
  forward(input: ModelInput | FeatureInput, options: OrNull<ForwardOptions> = {}): BaseModelOutput {
    const batch = checkInput(input, this.config);
    return this.encoder.forward(batch, given<ForwardOptions>(options), this.choicesFor(batch));
  }

  protected override describe(graph: GraphScope, own: GraphScope, attentionMask: boolean): void {
    const { lastHiddenState } = encoderGraph(graph, own, this.config, attentionMask);
    const frames = cast(graph, lastHiddenState, 'float32');
    graph.output('last_hidden_state', frames, ['batch', 'frames', this.config.hiddenSize]);
  }
}

/**
 * wav2vec 2.0 without a head (Baevski et al. 2020), like `transformers.Wav2Vec2Model`. Shapes and errors are those of
 * {@link HubertModel}; its `extractFeatures` are normalised.
 *
 * @example
 * const model = await Wav2Vec2Model.fromPretrained('facebook/wav2vec2-base');
 * tf.tidy(() => model.forward(extractor(speech)).lastHiddenState.print()); // (1, frames, 768)
 */
export class Wav2Vec2Model extends HubertModel {
  static override fromPretrained(
    idOrFolder: string,
    options: OrNull<FromPretrainedOptions> = {},
  ): Promise<Wav2Vec2Model> {
    return loadModel(idOrFolder, options, { wav2vec2: Wav2Vec2Model });
  }
}

/**
 * HuBERT that classifies whole clips, like `transformers.HubertForSequenceClassification`: the frames are projected,
 * averaged over time and classified.
 *
 * @example
 * const model = await HubertForSequenceClassification.fromPretrained('superb/hubert-base-superb-ks');
 * tf.tidy(() => model.forward(extractor(speech)).logits.print()); // (1, classes)
 */
export class HubertForSequenceClassification extends PretrainedModel {
  /** Its loss may be another than the mean cross-entropy; see {@link TrainableModel}. */
  readonly takesLoss = true;

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
    options: OrNull<FromPretrainedOptions> = {},
  ): Promise<HubertForSequenceClassification> {
    return loadModel(idOrFolder, options, { hubert: HubertForSequenceClassification });
  }

  /**
   * Waveforms → a score for each class.
   *
   * @param input - as {@link HubertModel.forward} takes it; with `labels` (batch) the output has a loss
   * @returns `logits` (batch, classes); where asked for, what {@link HubertModel.forward} gives for each layer
   * @throws ParameterError as {@link HubertModel.forward} does, and for labels out of range
   *
   * @example
   * const { logits, loss } = model.forward({ ...extractor([rock, jazz], { padding: true }), labels: [9, 5] });
   * tf.dispose([logits, loss!]); // (2, classes), a scalar
   */
  forward(input: ClassifierInput, options: OrNull<ForwardOptions> = {}): SequenceClassifierOutput {
    const batch = checkInput(input, this.config);
    const { labels, mixed, loss } = input;
    if (labels) checkRows({ labels, mixed }, batch.size, this.config.numLabels);
    return tf.tidy(() => {
      const output = this.#forward(batch, given<ForwardOptions>(options), this.choicesFor(batch));
      return labels ? { ...output, loss: batchLoss(output.logits, { labels, mixed, loss }) } : output;
    });
  }

  /**
   * The loss of a batch with labels, and its gradient by every trainable parameter. A large batch goes through in parts,
   * so that memory does not grow with it.
   *
   * @throws ParameterError as {@link forward} does
   */
  lossAndGradients(input: ClassifierInput & { labels: ArrayLike<number> }): LossAndGradients {
    const batch = checkInput(input, this.config);
    const { labels, mixed, loss } = input;
    const { numLabels: classes } = this.config;
    checkRows({ labels, mixed }, batch.size, classes);
    const logitsOf = (part: EncoderInput, choices?: TrainingChoices) => this.#forward(part, {}, choices).logits;
    return tf.tidy(() => {
      // The batch norm's statistics are of the whole batch.
      const parts = this.config.convPosBatchNorm ? [batch] : inParts(batch);
      const rows = { labels, mixed, loss, classes };
      return lossAndGradients(this.parameters, logitsOf, parts, rows, this.dtype, this.choicesFor(batch));
    });
  }

  protected override describe(graph: GraphScope, own: GraphScope, attentionMask: boolean): void {
    classifierGraph(graph, encoderGraph(graph, own, this.config, attentionMask), this.config);
  }

  #forward(batch: EncoderInput, options: ForwardOptions, choices?: TrainingChoices): SequenceClassifierOutput {
    const weighted = this.config.useWeightedLayerSum;
    const asked = weighted ? { ...options, outputHiddenStates: true } : options;
    const { lastHiddenState, hiddenStates, attentions } = this.encoder.forward(batch, asked, choices);
    const frames = weighted ? this.#layerSum(hiddenStates!) : lastHiddenState;
    return {
      logits: this.#classify(meanOverTime(frames, batch)),
      ...(options.outputHiddenStates && { hiddenStates }),
      ...(options.outputAttentions && { attentions }),
    };
  }

  /** The learned average of all layers' outputs (B, T, C). */
  #layerSum(hiddenStates: tf.Tensor3D[]): tf.Tensor3D {
    const weights = tf.unstack(tf.softmax(this.parameter('layer_weights'))); // a scalar for each layer
    return tf.addN(hiddenStates.map((state, i) => tf.mul(state, weights[i]) as tf.Tensor3D));
  }

  /** The projection is linear, so that it may follow the mean over time: (B, C) → (B, classes). */
  #classify(pooled: tf.Tensor2D): tf.Tensor2D {
    const projected = linear(pooled, (name) => this.parameter(`projector.${name}`)); // (B, projection)
    return linear(projected, (name) => this.parameter(`classifier.${name}`)); // (B, classes)
  }
}

/**
 * wav2vec 2.0 that classifies whole clips, like `transformers.Wav2Vec2ForSequenceClassification`. Shapes and errors are
 * those of {@link HubertForSequenceClassification}.
 *
 * @example
 * const model = await Wav2Vec2ForSequenceClassification.fromPretrained('facebook/wav2vec2-base', { numLabels: 10 });
 * tf.tidy(() => model.forward(extractor(speech)).logits.print()); // (1, 10)
 */
export class Wav2Vec2ForSequenceClassification extends HubertForSequenceClassification {
  static override fromPretrained(
    idOrFolder: string,
    options: OrNull<FromPretrainedOptions> = {},
  ): Promise<Wav2Vec2ForSequenceClassification> {
    return loadModel(idOrFolder, options, { wav2vec2: Wav2Vec2ForSequenceClassification });
  }
}

/** (B, T, C) → (B, C), over the frames that are sound. */
function meanOverTime(frames: tf.Tensor3D, batch: EncoderInput): tf.Tensor2D {
  const mask = frameMask(batch);
  if (!mask) return tf.mean(frames, 1); // (B, C)
  const weights = tf.div(mask, tf.sum(mask, 1, true)); // (B, T)
  return tf.sum(tf.mul(frames, tf.expandDims(weights, -1)), 1); // (B, C)
}
