import { ParameterError } from '../errors.js';
import { frameCount, type ModelConfig } from '../hubert/config.js';
import { type Gradients, gradientsInParts, inParts } from '../hubert/gradients/gradients-in-parts.js';
import { checkInput, type EncoderInput } from '../hubert/input.js';
import { type FromPretrainedOptions, loadModel } from '../hubert/pretrained/from-pretrained.js';
import { baseParameters } from '../hubert/pretrained/parameter-specs.js';
import { PretrainedModel } from '../hubert/pretrained/pretrained-model.js';
import type { ForwardOptions } from '../hubert/speech-encoder.js';
import { choiceDrawer, choicesForRows, type SpanMasks, type TrainingChoices } from '../hubert/training-choices.js';
import { given, type OrNull } from '../options.js';
import { initialise, type ParameterSpec } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import { clusterHeadParameters, clusterLogits } from './cluster-head.js';
import { clusterLoss, frameWeights, shareRight } from './cluster-loss.js';
import { alignLabels, type FrameLabels, type FrameTargets, type LabelPlan, labelProblem } from './frame-labels.js';
import { maskDrawer } from './mask-drawer.js';
import type { PretrainingInput, PretrainingOutput } from './pretraining-input.js';
import {
  labelsPerFrame,
  PRETRAINING_OPTIONS,
  type PretrainingOptions,
  type PretrainingSettings,
  pretrainingConfig,
  pretrainingSettings,
} from './pretraining-options.js';

/** Outside training the same spans are masked each time, so that losses can be compared. */
const EVALUATION_SEED = 0;

/**
 * HuBERT that learns without labels of people (Hsu et al. 2021), like fairseq's `HubertModel` with its criterion: spans
 * of frames are masked, and from what it hears around them the model says into which cluster each masked frame falls.
 *
 * The encoder is Transformers' HubertModel, and a checkpoint has it under Transformers' names: what was pre-trained here
 * is fine-tuned with {@link HubertForSequenceClassification}, or in Python. Padding is told as Transformers tells it.
 *
 * @example
 * const { config } = await AutoModel.fromPretrained('onpa:models/mini-hubert');
 * const model = HubertForPreTraining.fromConfig(config, { numClasses: [100] });
 * await new Trainer({ model, trainDataset: withFrameLabels(clips, labels), featureExtractor }).train();
 */
export class HubertForPreTraining extends PretrainedModel {
  readonly settings: PretrainingSettings;
  readonly #plan: LabelPlan;

  /** @throws ParameterError for a configuration without options of pre-training; {@link fromConfig} adds them */
  constructor(config: ModelConfig, parameters?: ReadonlyMap<string, tf.Variable>) {
    super(config, 'hubert.', parameters ?? initialise(HubertForPreTraining.specs(config)));
    this.settings = pretrainingSettings(config);
    this.#plan = { numClasses: this.settings.numClasses, ratio: labelsPerFrame(this.settings, config) };
    this.encoder.featureGradMult = this.settings.featureGradMult;
  }

  /** The parameters, by their names in a checkpoint. */
  static specs(config: ModelConfig): Map<string, ParameterSpec> {
    const settings = pretrainingSettings(config);
    // What masked frames become, also where the configuration says that fine-tuning masks none.
    const masked: ParameterSpec = { shape: [config.hiddenSize], init: { uniform: [0, 1] } };
    const encoder = new Map([['masked_spec_embed', masked], ...baseParameters(config)]);
    const named = [...encoder].map(([name, spec]) => [`hubert.${name}`, spec] as const);
    return new Map([...named, ...clusterHeadParameters(config, settings)]);
  }

  /**
   * A model that knows nothing yet.
   *
   * @param config - of the encoder; its `layerdrop` and dropouts are those of training
   * @param options.seed - for the parameters, a whole number of at least 0; default another each time
   * @throws ParameterError for options out of range
   *
   * @example
   * const model = HubertForPreTraining.fromConfig(config, { numClasses: [100], maskProb: 0.65, seed: 1 });
   */
  static fromConfig(
    config: ModelConfig,
    options: OrNull<PretrainingOptions & { seed?: number }>,
  ): HubertForPreTraining {
    const { seed, ...chosen } = given<PretrainingOptions & { seed?: number }>(options);
    const complete = pretrainingConfig(config, chosen);
    return new HubertForPreTraining(complete, initialise(HubertForPreTraining.specs(complete), seed));
  }

  /**
   * A model to go on with, or one whose encoder has learnt elsewhere: then the clusters are random, and `numClasses` says
   * how many.
   *
   * @throws ParameterError for options out of range, and CheckpointError and HubError as {@link AutoModel} does
   */
  static fromPretrained(
    idOrFolder: string,
    options: OrNull<FromPretrainedOptions & PretrainingOptions> = {},
  ): Promise<HubertForPreTraining> {
    const entries = Object.entries(given<FromPretrainedOptions & PretrainingOptions>(options));
    const isOwn = ([name]: [string, unknown]) => PRETRAINING_OPTIONS.includes(name);
    const chosen = Object.fromEntries(entries.filter(isOwn));
    const others = Object.fromEntries(entries.filter((entry) => !isOwn(entry)));
    const complete = (config: ModelConfig) => pretrainingConfig(config, chosen);
    return loadModel<HubertForPreTraining>(idOrFolder, others, { hubert: HubertForPreTraining }, complete);
  }

  /**
   * Waveforms → how near each frame is to each cluster.
   *
   * @param input - as {@link HubertModel.forward} takes it; with `frameLabels` the output has a loss: the cross-entropy of
   * the frames that count, on average, in nats, and the features' mean square
   * @throws ParameterError as {@link HubertModel.forward} does, and for labels that fit neither frames nor clusters
   *
   * @example
   * const { loss, accuracyMasked, ...rest } = model.forward({ inputValues: [samples], frameLabels: [labels] });
   * tf.dispose([loss!, rest]);
   */
  forward(input: PretrainingInput, options: OrNull<ForwardOptions> = {}): PretrainingOutput {
    const { batch, targets, choices, masks } = this.#prepare(input);
    return tf.tidy(() => {
      const { extractFeatures, ...encoded } = this.encoder.forward(
        batch,
        given<ForwardOptions>(options),
        choices,
        masks,
      );
      const logits = this.#logits(encoded.lastHiddenState);
      const output = {
        ...encoded,
        logitList: logits.map((rows) => tf.reshape(rows, [batch.size, batch.frames, -1]) as tf.Tensor3D), // (B, T, classes)
        maskTimeIndices: masks.timeMask!,
      };
      if (!targets) return output;
      const weights = frameWeights(targets, masks.timeMask!, this.settings);
      const loss = clusterLoss({ logits, extractFeatures }, targets, weights, this.settings);
      return { ...output, loss, ...shareRight(logits, targets, masks.timeMask!, this.settings) };
    });
  }

  /**
   * The loss of a batch, and its gradient by every trainable parameter. A large batch goes through in parts, so that
   * memory does not grow with it.
   *
   * @throws ParameterError as {@link forward} does, and for an input without labels
   */
  lossAndGradients(input: PretrainingInput): Gradients {
    const { batch, targets, choices, masks } = this.#prepare(input);
    if (!targets) throw new ParameterError('the input has no frameLabels, so that there is nothing to guess');
    const weights = frameWeights(targets, masks.timeMask!, this.settings);
    return tf.tidy(() => {
      // The batch norm's statistics are of the whole batch.
      const parts = this.config.convPosBatchNorm ? [batch] : inParts(batch);
      const lossOf = (part: EncoderInput, first: number) => {
        const own = choices && choicesForRows(choices, first, part.size);
        const masked = choicesForRows(masks, first, part.size);
        const { extractFeatures, lastHiddenState } = this.encoder.forward(part, {}, own, masked);
        const found = { logits: this.#logits(lastHiddenState), extractFeatures };
        const rows = { first, count: part.size, of: batch.size };
        return clusterLoss(found, targets, weights, this.settings, rows);
      };
      return gradientsInParts(this.parameters, parts, lossOf, this.dtype);
    });
  }

  /** What a model card says that it is. */
  get description(): string {
    const clusters = this.settings.numClasses.join(' and ');
    return (
      `A HuBERT of ${this.numParameters().toLocaleString('en')} parameters, pre-trained to guess into which of ${clusters} ` +
      'clusters masked frames fall. It has no task yet.'
    );
  }

  /** What is wrong with the labels of an example: a Trainer names it in its message. */
  exampleProblem({
    inputValues,
    frameLabels,
  }: {
    inputValues: Float32Array;
    frameLabels?: FrameLabels;
  }): string | undefined {
    return labelProblem(frameLabels, frameCount(this.config, inputValues.length), this.#plan);
  }

  protected override choiceDrawer(seed: number): (batch: EncoderInput) => TrainingChoices {
    // Another seed, as the numbers that drop layers should not be those that mask.
    const others = choiceDrawer({ ...this.config, applySpecAugment: false }, seed + 1);
    const masks = maskDrawer(this.config, this.settings, seed);
    return (batch) => ({ ...others(batch), ...masks(batch) });
  }

  /** Checks the input, and decides what is masked of it. */
  #prepare(input: PretrainingInput): {
    batch: EncoderInput;
    targets?: FrameTargets;
    choices?: TrainingChoices;
    masks: SpanMasks;
  } {
    const batch = checkInput(input, this.config);
    const { frameLabels, maskTimeIndices, mask = true } = input;
    const targets = frameLabels && alignLabels(frameLabels, batch, this.#plan);
    const drawn = { ...batch, lengths: targets?.lengths ?? batch.lengths };
    const choices = this.choicesFor(drawn);
    const masks = choices ?? maskDrawer(this.config, this.settings, EVALUATION_SEED)(drawn);
    const none = () => Array.from({ length: batch.size }, () => new Array<boolean>(batch.frames).fill(false));
    if (!mask) return { batch, targets, choices, masks: { timeMask: none() } };
    if (!maskTimeIndices) return { batch, targets, choices, masks };
    const fits = Array.from(maskTimeIndices).every(({ length }) => length === batch.frames);
    if (maskTimeIndices.length !== batch.size || !fits) {
      throw new ParameterError(
        `maskTimeIndices must have ${batch.size} rows of ${batch.frames} frames, as the batch has`,
      );
    }
    const timeMask = Array.from(maskTimeIndices, (row) => Array.from(row, Boolean));
    return { batch, targets, choices, masks: { ...masks, timeMask } };
  }

  #logits(lastHiddenState: tf.Tensor3D): tf.Tensor2D[] {
    return clusterLogits(lastHiddenState, (name) => this.parameter(name), this.settings);
  }
}
