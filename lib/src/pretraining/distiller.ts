import { ParameterError } from '../errors.js';
import type { ModelConfig } from '../hubert/config.js';
import { type Gradients, gradientsInParts, inParts } from '../hubert/gradients/gradients-in-parts.js';
import { checkInput, type EncoderInput, type FeatureInput, type ModelInput } from '../hubert/input.js';
import type { HubertModel } from '../hubert/models.js';
import { baseParameters } from '../hubert/pretrained/parameter-specs.js';
import { PretrainedModel } from '../hubert/pretrained/pretrained-model.js';
import type { ForwardOptions } from '../hubert/speech-encoder.js';
import { choiceDrawer, choicesForRows, type TrainingChoices } from '../hubert/training-choices.js';
import { given, type OrNull } from '../options.js';
import type { ParameterSpec } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import { layerHeadParameters, layerPredictions } from './layer-heads.js';

/** How a distiller learns; see {@link DistilOptions}. */
export interface DistillationSettings {
  readonly layers: readonly number[];
  readonly lossType: 'l1' | 'l2';
  readonly cosineLoss: number;
  readonly featPenLoss: number;
  readonly featureGradMult: number;
  readonly outLayerInterDim: number;
}

/** What a {@link Distiller} gives; the tensors belong to the caller. */
export type DistillationOutput = {
  loss: tf.Scalar;
  /** What the student takes the teacher's layers to be: (layers, batch, frames, the teacher's hidden size). */
  predictions: tf.Tensor4D;
  /** What the student itself gives: (batch, frames, its hidden size). */
  lastHiddenState: tf.Tensor3D;
  /** What its first layer gets, then what each of its layers gives, where asked for: (batch, frames, its hidden size). */
  hiddenStates?: tf.Tensor3D[];
};

/** The least length that a vector is divided by, as in PyTorch's `cosine_similarity`. */
const SHORTEST = 1e-8;

/**
 * A student with its teacher, which {@link distil} makes and a {@link Trainer} trains. A checkpoint has the student under
 * Transformers' names, `hubert.…`, and its heads under s3prl's, `output_layer.…`, which other models pass over.
 *
 * @example
 * const distiller = distil({ teacher, layers: [4, 8, 12] });
 * const { loss, gradients } = distiller.lossAndGradients(extractor(speech));
 * tf.dispose([loss, gradients]);
 */
export class Distiller extends PretrainedModel {
  readonly teacher: HubertModel;
  readonly settings: DistillationSettings;

  constructor(
    teacher: HubertModel,
    config: ModelConfig,
    settings: DistillationSettings,
    parameters: ReadonlyMap<string, tf.Variable>,
  ) {
    super(config, `${config.modelType}.`, parameters);
    this.teacher = teacher.eval();
    this.settings = settings;
    this.encoder.featureGradMult = settings.featureGradMult;
  }

  /** The parameters of student and heads, by their names in a checkpoint. */
  static specs(
    config: ModelConfig,
    { layers, outLayerInterDim }: DistillationSettings,
    teacher: ModelConfig,
  ): Map<string, ParameterSpec> {
    const student = [...baseParameters(config)].map(([name, spec]) => [`${config.modelType}.${name}`, spec] as const);
    const widths = { input: config.hiddenSize, inner: outLayerInterDim, output: teacher.hiddenSize };
    return new Map([...student, ...layerHeadParameters(layers.length, widths)]);
  }

  /** What a model card says that it is. */
  get description(): string {
    const layers = this.settings.layers.join(', ');
    return (
      `A student of ${this.numParameters().toLocaleString('en')} parameters, heads included, that was distilled from the ` +
      `layers ${layers} of a teacher of ${this.teacher.numParameters().toLocaleString('en')}. It has no task yet.`
    );
  }

  /**
   * Sound → what the student says of the teacher's layers, and how far it is off.
   *
   * @throws ParameterError for inputs that are empty, too short or not finite, and for features in place of sound
   */
  forward(input: ModelInput | FeatureInput, options: OrNull<ForwardOptions> = {}): DistillationOutput {
    return tf.tidy(() => {
      const { batch, targets } = this.#prepare(input);
      const { outputHiddenStates = false } = given<ForwardOptions>(options);
      return this.#forward(batch, targets, { of: batch.size, outputHiddenStates }, this.choicesFor(batch));
    });
  }

  /**
   * The loss of a batch, and its gradient by every trainable parameter of the student. A large batch goes through in
   * parts, so that memory does not grow with it.
   *
   * @throws ParameterError as {@link forward} does
   */
  lossAndGradients(input: ModelInput | FeatureInput): Gradients {
    return tf.tidy(() => {
      const { batch, targets } = this.#prepare(input);
      const choices = this.choicesFor(batch);
      // The batch norm's statistics are of the whole batch.
      const parts = this.config.convPosBatchNorm ? [batch] : inParts(batch);
      const lossOf = (part: EncoderInput, first: number) => {
        const own = choices && choicesForRows(choices, first, part.size);
        const [layers, , frames, width] = targets.shape;
        const rows = tf.slice(targets, [0, first, 0, 0], [layers, part.size, frames, width]);
        return this.#forward(part, rows, { of: batch.size }, own).loss;
      };
      return gradientsInParts(this.parameters, parts, lossOf, this.dtype);
    });
  }

  /** The teacher needs the sound, so that what a frozen encoder gave cannot be kept in its place. */
  override freezeFeatureEncoder(): void {
    throw new ParameterError('a distiller hears each clip anew; give distil featureGradMult: 0 instead of freezing');
  }

  /** Any example will do: it needs no label. */
  exampleProblem(): undefined {
    return undefined;
  }

  protected override choiceDrawer(seed: number): (batch: EncoderInput) => TrainingChoices {
    return choiceDrawer({ ...this.config, applySpecAugment: false }, seed);
  }

  #prepare(input: ModelInput | FeatureInput): { batch: EncoderInput; targets: tf.Tensor4D } {
    if ('extractFeatures' in input) {
      throw new ParameterError('the input has extractFeatures; the teacher needs the sound, inputValues');
    }
    const batch = checkInput(input, this.config);
    const targets = tf.tidy(() => {
      const { hiddenStates } = this.teacher.forward(input, { outputHiddenStates: true });
      return tf.stack(this.settings.layers.map((layer) => hiddenStates![layer])) as tf.Tensor4D; // (layers, B, T, C)
    });
    return { batch, targets };
  }

  /** @param options.of - how many rows the whole batch has, over which the loss is a mean */
  #forward(
    part: EncoderInput,
    targets: tf.Tensor4D,
    { of, outputHiddenStates = false }: { of: number; outputHiddenStates?: boolean },
    choices?: TrainingChoices,
  ): DistillationOutput {
    const { lossType, cosineLoss, featPenLoss, layers } = this.settings;
    const encoded = this.encoder.forward(part, { outputHiddenStates }, choices);
    const { lastHiddenState, extractFeatures, hiddenStates } = encoded;
    const predictions = layerPredictions(lastHiddenState, layers.length, (name) => this.parameter(name)); // (layers, B, T, C)
    const off = tf.sub(predictions, targets);
    const terms = [tf.mean(lossType === 'l1' ? tf.abs(off) : tf.square(off))];
    // −log σ(x) is softplus(−x).
    const angles = () => tf.mean(tf.softplus(tf.neg(cosine(predictions, targets))));
    if (cosineLoss > 0) terms.push(tf.mul(angles(), cosineLoss));
    if (featPenLoss > 0) terms.push(tf.mul(tf.mean(tf.square(extractFeatures)), featPenLoss));
    const loss = tf.mul(tf.addN(terms), part.size / of) as tf.Scalar;
    return { loss, predictions, lastHiddenState, ...(hiddenStates && { hiddenStates }) };
  }
}

/** The cosine of the angle between the vectors of the last axis: (…, C) → (…). */
function cosine(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const length = (x: tf.Tensor) => tf.sqrt(tf.maximum(tf.sum(tf.square(x), -1), SHORTEST ** 2));
  return tf.div(tf.sum(tf.mul(a, b), -1), tf.mul(length(a), length(b)));
}
