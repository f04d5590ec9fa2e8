import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { saveSafetensors } from '../../checkpoint/save-safetensors.js';
import { ParameterError } from '../../errors.js';
import { pathOf, writeWhole } from '../../files.js';
import { type CommitInfo, type PushOptions, pushFiles } from '../../hub/push/push-files.js';
import { formatJson } from '../../json.js';
import { requireFilePath } from '../../onnx/encode.js';
import type { OnnxExportOptions } from '../../onnx/export-options.js';
import type { GraphScope } from '../../onnx/graph.js';
import { given, type OrNull } from '../../options.js';
import { collectSoon, freeWhenForgotten } from '../../tensor/forgotten.js';
import type { Precision } from '../../tensor/graph-writer.js';
import type { tf } from '../../tensor/tensorflow.js';
import { trimMemorySoon } from '../../trim-memory.js';
import { requireInteger } from '../../validation.js';
import { writeFolder } from '../../write-folder.js';
import type { ModelConfig } from '../config.js';
import { checkInput, type EncoderInput, type ModelInput } from '../input.js';
import { type OnnxFile, onnxFile } from '../onnx/onnx-file.js';
import { SpeechEncoder } from '../speech-encoder.js';
import { choiceDrawer, type TrainingChoices } from '../training-choices.js';
import { writeConfig } from './config-file.js';
import { requirePrecision } from './precision.js';

/** How a model is saved. */
export interface SaveOptions {
  /** Add the model as a file of ONNX; with options, as these say. Default false. */
  exportOnnx?: boolean | OnnxExportOptions;
}

/** What all models share: a configuration, parameters under their names in a checkpoint, and an encoder. */
export abstract class PretrainedModel {
  readonly config: ModelConfig;
  /** The parameters by their names in a checkpoint, in PyTorch's layout; they live as long as the model or this map does. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  protected readonly encoder: SpeechEncoder;
  #drawChoices: ((batch: EncoderInput) => TrainingChoices) | undefined;
  readonly #encoderPrefix: string;

  protected constructor(config: ModelConfig, encoderPrefix: string, parameters: ReadonlyMap<string, tf.Variable>) {
    this.config = config;
    this.parameters = parameters;
    this.#encoderPrefix = encoderPrefix;
    this.encoder = new SpeechEncoder(config, (name) => this.parameter(encoderPrefix + name));
    freeWhenForgotten(parameters, { tensors: Object.fromEntries(parameters) });
    collectSoon();
  }

  /**
   * In what matrix products and convolutions are computed: `bfloat16` as under `torch.autocast('cpu', torch.bfloat16)`, with
   * sums in float32. Parameters, norms and what comes out are float32 in either.
   *
   * @throws ParameterError for bfloat16 where the processor has no instructions for it
   *
   * @example
   * model.dtype = 'bfloat16';
   */
  get dtype(): Precision {
    return this.encoder.precision;
  }

  set dtype(dtype: Precision) {
    requirePrecision(dtype);
    this.encoder.precision = dtype;
  }

  /** Whether dropout, layer drop and SpecAugment are at work. */
  get training(): boolean {
    return this.#drawChoices !== undefined;
  }

  /**
   * Switches dropout, layer drop and SpecAugment on.
   *
   * @param options.seed - a whole number of at least 0; the same one gives the same random numbers; default another each time
   */
  train(options: { seed?: number | null } = {}): this {
    const seed = options.seed ?? randomInt(2 ** 31);
    requireInteger('seed', seed, 0);
    this.#drawChoices = this.choiceDrawer(seed);
    return this;
  }

  /** Switches dropout, layer drop and SpecAugment off, as they are at first. */
  eval(): this {
    this.#drawChoices = undefined;
    return this;
  }

  /** Takes the feature encoder's parameters out of training. */
  freezeFeatureEncoder(): void {
    this.encoder.frozen = true;
    for (const [name, variable] of this.parameters) {
      if (name.startsWith(`${this.#encoderPrefix}feature_extractor.`)) variable.trainable = false;
    }
  }

  /**
   * Lets gradients keep what goes into each layer of the transformer alone, and compute the layer once more: the same
   * loss and gradients but for rounding, with less memory and in more time.
   *
   * @see Python: `model.activation_checkpointing_enable()`, before `gradient_checkpointing_enable()`
   */
  activationCheckpointingEnable(): void {
    this.encoder.activationCheckpointing = true;
  }

  /** Lets gradients keep what each layer computes, as they do at first. */
  activationCheckpointingDisable(): void {
    this.encoder.activationCheckpointing = false;
  }

  /**
   * How many numbers the parameters hold, like Transformers' `num_parameters`: a batch norm's running statistics are none.
   *
   * @param options.onlyTrainable - leave out what training does not change; default false
   */
  numParameters({ onlyTrainable }: { onlyTrainable?: boolean | null } = {}): number {
    const counted = [...this.parameters].filter(
      ([name, { trainable }]) => !/\.running_(mean|var)$/.test(name) && (trainable || !onlyTrainable),
    );
    return counted.reduce((sum, [, { size }]) => sum + size, 0);
  }

  /**
   * What the feature encoder makes of the waveforms: (batch, frames, channels). While it is frozen, this can be kept and
   * given to `forward` in place of the waveforms.
   *
   * @throws ParameterError for inputs that are empty, too short or not finite, or do not fit each other
   *
   * @example
   * const extractFeatures = model.extractFeatures(input);
   * const { logits } = tf.tidy(() => model.forward({ extractFeatures }));
   * tf.dispose([extractFeatures, logits]);
   */
  extractFeatures(input: ModelInput): tf.Tensor3D {
    return this.encoder.extractFeatures(checkInput(input, this.config));
  }

  /**
   * Writes `config.json` and `model.safetensors` as Transformers does, into a folder that is made if need be: both, or none.
   *
   * @param options.exportOnnx - add what {@link exportOnnx} writes, as `onnx/model.onnx`, where `@huggingface/transformers`
   * looks for it (`model_fp16.onnx` and `model_int8.onnx` for these dtypes); default false
   * @throws WriteError where the disk is full, or the folder may not be written to; what stood there before is as it was
   * @throws ParameterError as {@link exportOnnx} does, where that is asked for
   *
   * @example
   * await model.savePretrained('build/my-model', { exportOnnx: true });
   */
  async savePretrained(folder: string, options: OrNull<SaveOptions> = {}): Promise<void> {
    const { exportOnnx = false } = given<SaveOptions>(options);
    const onnx = exportOnnx === false ? undefined : this.#onnxFile(exportOnnx === true ? {} : exportOnnx);
    const architectures = [this.constructor.name];
    const config = { ...writeConfig(this.config), architectures, dtype: 'float32' };
    const json = new TextEncoder().encode(`${formatJson(config, 2)}\n`);
    const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
    for (const [name, variable] of this.parameters) {
      tensors.set(name, { shape: variable.shape, data: (await variable.data()) as Float32Array });
    }
    await writeFolder(folder, async (beside) => {
      await saveSafetensors(join(beside, 'model.safetensors'), tensors);
      await onnx?.write(join(beside, 'onnx', onnx.name));
      await writeWhole(join(beside, 'config.json'), json);
    });
  }

  /**
   * Commits what {@link savePretrained} writes to a repository on the Hub, all or nothing, or writes it into
   * `options.folder`.
   *
   * @param repoId - 'owner/name', or 'name' for one of the user's own
   * @param options.commitMessage - default as in Transformers: 'Upload HubertForSequenceClassification'
   * @param options.exportOnnx - as {@link savePretrained} takes it
   * @throws ParameterError for names that no repository or branch has, and for a `folder` that cannot be written to
   * @throws HubError if there is no access token, and if the Hub refuses or cannot be reached; nothing is visible then
   *
   * @example
   * const { commitUrl } = await model.pushToHub('me/hubert-genres', { private: true });
   */
  pushToHub(repoId: string, options: OrNull<PushOptions & SaveOptions> = {}): Promise<CommitInfo> {
    const { exportOnnx, ...push } = given<PushOptions & SaveOptions>(options);
    const { name } = this.constructor;
    const commitMessage = name.includes('Model') ? 'Upload model' : `Upload ${name}`;
    return pushFiles(repoId, (folder) => this.savePretrained(folder, { exportOnnx }), { commitMessage, ...push });
  }

  /**
   * Writes the model as a file of ONNX, which ONNX Runtime and browsers run: `input_values` (batch, samples) and
   * `attention_mask` of that shape → `logits` (batch, labels), of a model without a head `last_hidden_state` (batch,
   * frames, hidden size). Batch and samples may be of any size; a batch with a mask gives what `forward` gives after
   * {@link eval}.
   *
   * The tensors in it have the names of the parameters; matrices lie turned over, as (inputs, outputs).
   *
   * @param file - is replaced at once, or not at all; its folder is made if need be
   * @throws ParameterError for options out of range, a folder in place of a file, a model that has been disposed, one of
   * more than 2 GB, and one of a kind that cannot be exported; before anything is written
   * @throws WriteError where the disk is full, or the file may not be written
   * @see Python: `torch.onnx.export`, `optimum-cli export onnx`
   *
   * @example
   * await model.exportOnnx('build/genres.onnx', { dtype: 'int8' });
   */
  async exportOnnx(file: string, options: OrNull<OnnxExportOptions> = {}): Promise<void> {
    await requireFilePath(file);
    await this.#onnxFile(options).write(pathOf(file));
  }

  /** Frees the parameters now, not when nobody has the model any more. The model cannot be used afterwards. */
  dispose(): void {
    this.encoder.dispose();
    for (const variable of this.parameters.values()) variable.dispose();
    trimMemorySoon();
  }

  #onnxFile(options: OrNull<OnnxExportOptions>): OnnxFile {
    return onnxFile(this, options, (graph, attentionMask) => {
      this.describe(graph, this.#encoderPrefix ? graph.under(this.#encoderPrefix.slice(0, -1)) : graph, attentionMask);
    });
  }

  /**
   * Describes the model in ONNX.
   *
   * @param _encoder - the same graph, with the prefix of the encoder's parameters
   * @param _attentionMask - whether it has that input
   */
  protected describe(_graph: GraphScope, _encoder: GraphScope, _attentionMask: boolean): void {
    throw new ParameterError(
      `${this.constructor.name} cannot be exported to ONNX; classifiers and models without a head can be: ` +
        'save it, and load it as one of these',
    );
  }

  /** Draws what chance decides, for one batch after the other. */
  protected choiceDrawer(seed: number): (batch: EncoderInput) => TrainingChoices {
    return choiceDrawer(this.config, seed);
  }

  /** What chance decides for a batch; nothing outside training. */
  protected choicesFor(batch: EncoderInput): TrainingChoices | undefined {
    return this.#drawChoices?.(batch);
  }

  protected parameter(name: string): tf.Tensor {
    return this.parameters.get(name)!;
  }
}
