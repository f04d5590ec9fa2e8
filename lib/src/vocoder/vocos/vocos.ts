import { join } from 'node:path';
import { openWeights } from '../../checkpoint/open-weights.js';
import { saveSafetensors, type TensorData } from '../../checkpoint/save-safetensors.js';
import type { FloatMatrix } from '../../dsp/float-matrix.js';
import type { ComplexSpectrogram } from '../../dsp/spectrogram.js';
import type { Waveform } from '../../dsp/waveform.js';
import { CheckpointError, ParameterError } from '../../errors.js';
import { writeWhole } from '../../files.js';
import { type HubOptions, repositoryFile } from '../../hub/download/repository-file.js';
import { given, type OrNull } from '../../options.js';
import { collectSoon, freeWhenForgotten } from '../../tensor/forgotten.js';
import { initialise, numbersIn } from '../../tensor/initialise.js';
import { tf } from '../../tensor/tensorflow.js';
import { trimMemorySoon } from '../../trim-memory.js';
import { requireInteger } from '../../validation.js';
import { writeFolder } from '../../write-folder.js';
import { melNumbers, requireSound } from '../mel-input.js';
import { readWeights, reportUnused } from '../read-weights.js';
import { BUFFERS, buffersOf, readFilters } from './buffers.js';
import { completeConfig } from './complete-config.js';
import type { VocosConfig, VocosConfigOptions } from './config.js';
import { readConfig, writeConfig } from './config-file.js';
import { logMel, melFilters } from './log-mel.js';
import { VocosNetwork } from './network.js';
import { parameterSpecs } from './parameters.js';
import { magnitudeAndPhase, spectrogramOf, synthesise } from './synthesis.js';

/** What the network makes of mel spectrograms; a type, so that it can be given to `tf.dispose`. */
export type VocosSpectrum = {
  /** Of each frequency and frame, from 0 to 100: (batch, 1 + nFft / 2, frames). */
  magnitude: tf.Tensor3D;
  /** In radians, of any size: (batch, 1 + nFft / 2, frames). */
  phase: tf.Tensor3D;
};

/**
 * Vocos (Siuzdak 2023): a mel spectrogram → sound. A network gives each frame's magnitudes and phases, and the inverse
 * Fourier transform the samples, like Python's package `vocos`.
 *
 * @example
 * const vocos = await Vocos.fromPretrained('charactr/vocos-mel-24khz');
 * const speech = await load(path, { sampleRate: vocos.sampleRate });
 * play(vocos.decode(vocos.melSpectrogram(speech)));
 */
export class Vocos {
  readonly config: VocosConfig;
  /** The parameters by their names in a checkpoint, in PyTorch's layout; they live as long as the model or this map does. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly #network: VocosNetwork;
  readonly #filters: Float32Array;

  private constructor(config: VocosConfig, parameters: ReadonlyMap<string, tf.Variable>, filters: Float32Array) {
    this.config = config;
    this.parameters = parameters;
    this.#filters = filters;
    this.#network = new VocosNetwork(config, (name) => parameters.get(name)!);
    freeWhenForgotten(parameters, { tensors: Object.fromEntries(parameters) });
    collectSoon();
  }

  /**
   * Reads `config.yaml` and the weights (`model.safetensors` or `pytorch_model.bin`) from a folder, or from the Hub.
   *
   * @param idOrFolder - a folder, or 'owner/name' on the Hub: 'charactr/vocos-mel-24khz', 'BSC-LT/vocos-mel-22khz'
   * @throws CheckpointError that names the field or tensor, for what is missing, does not fit or is not supported
   * @throws HubError if the Hub refuses or cannot be reached
   *
   * @example
   * const vocos = await Vocos.fromPretrained('charactr/vocos-mel-24khz');
   */
  static async fromPretrained(idOrFolder: string, options: OrNull<HubOptions> = {}): Promise<Vocos> {
    const chosen = given<HubOptions>(options);
    const find = (file: string) => repositoryFile(idOrFolder, file, chosen);
    const path = await find('config.yaml');
    if (path === undefined) throw new CheckpointError(`${idOrFolder} has no config.yaml, so it is no Vocos`);
    const config = await readConfig(path);
    const checkpoint = await openWeights(idOrFolder, find);
    try {
      const specs = parameterSpecs(config);
      const filters = readFilters(checkpoint, config);
      const parameters = readWeights(checkpoint, specs);
      reportUnused(checkpoint, idOrFolder, [...specs.keys(), ...Object.values(BUFFERS)]);
      return new Vocos(config, parameters, filters);
    } finally {
      checkpoint.close();
    }
  }

  /**
   * A model to be trained, with the random weights that the package vocos begins with.
   *
   * @param config - what differs from `charactr/vocos-mel-24khz`; the head follows the feature extractor
   * @param options.seed - a whole number of at least 0; the same one gives the same weights; default another each time
   * @throws ParameterError for sizes that make no model
   *
   * @example
   * const small = Vocos.fromConfig({ backbone: { dim: 64, intermediateDim: 192, numLayers: 2 } }, { seed: 0 });
   */
  static fromConfig(config: OrNull<VocosConfigOptions> = {}, options: OrNull<{ seed?: number }> = {}): Vocos {
    const { seed } = given<{ seed?: number }>(options);
    if (seed !== undefined) requireInteger('seed', seed, 0);
    const whole = completeConfig(config);
    return new Vocos(whole, initialise(parameterSpecs(whole), seed), melFilters(whole.featureExtractor));
  }

  /** Of the sound that it takes and gives, in Hz. */
  get sampleRate(): number {
    return this.config.featureExtractor.sampleRate;
  }

  /** How many numbers the parameters hold. */
  numParameters(): number {
    return numbersIn(this.parameters.values());
  }

  /**
   * The mel spectrogram that the model was trained on, like `vocos.feature_extractor(audio)`: natural logarithms of
   * amplitudes, of 1e-7 at least.
   *
   * @returns bands × frames
   * @throws ParameterError for an empty waveform, one that is too short for a frame, and samples that are not finite
   * @throws SamplingRateError for another sampling rate than the model's
   *
   * @example
   * const mel = vocos.melSpectrogram(await load(path, { sampleRate: vocos.sampleRate })); // 100 × frames
   */
  melSpectrogram(waveform: Waveform): FloatMatrix {
    requireSound(waveform, this.sampleRate);
    return logMel(waveform.samples, this.config.featureExtractor, this.#filters);
  }

  /**
   * A mel spectrogram → sound, like `vocos.decode(features)`. The memory that it takes does not grow with the network's
   * share of a long one.
   *
   * @param mel - bands × frames, as {@link melSpectrogram} gives them
   * @throws ParameterError for another number of bands, too few frames, and numbers that are not finite
   *
   * @example
   * const { samples, sampleRate } = vocos.decode(mel);
   */
  decode(mel: FloatMatrix): Waveform {
    const numbers = melNumbers(mel, this.config.backbone.inputChannels);
    const samples = synthesise(numbers, mel.columns, this.#network, this.config.head);
    return { samples, sampleRate: this.sampleRate };
  }

  /**
   * The spectrogram that {@link decode} inverts: magnitudes from 0 to 100, with the phases that the network invents.
   *
   * @param mel - bands × frames, as {@link melSpectrogram} gives them
   * @returns 1 + nFft / 2 bins × frames
   * @throws ParameterError for another number of bands, no frames, and numbers that are not finite
   *
   * @example
   * const samples = griffinLim(vocos.spectrogram(mel).magnitude(), { hopLength: 256, seed: 0 }); // other phases
   */
  spectrogram(mel: FloatMatrix): ComplexSpectrogram {
    const numbers = melNumbers(mel, this.config.backbone.inputChannels);
    return spectrogramOf(numbers, mel.columns, this.#network, this.config.head);
  }

  /**
   * Mel spectrograms → the spectra that {@link decode} inverts, for training: TensorFlow.js has gradients by the
   * parameters and by `mel`.
   *
   * @param mel - (batch, bands, frames)
   * @returns tensors of the caller's
   * @throws ParameterError for another number of bands, or no frames
   *
   * @example
   * const lossOf = () => tf.losses.meanSquaredError(target, vocos.magnitudeAndPhase(mel).magnitude).asScalar();
   * const { value, grads } = tf.variableGrads(lossOf, [...vocos.parameters.values()]);
   */
  magnitudeAndPhase(mel: tf.Tensor3D): VocosSpectrum {
    const { inputChannels } = this.config.backbone;
    const [batch, bands, frames] = mel.shape;
    if (mel.rank !== 3 || bands !== inputChannels || mel.size === 0) {
      throw new ParameterError(`mel is [${mel.shape.join(', ')}]; give [batch, ${inputChannels}, frames]`);
    }
    return tf.tidy(() => {
      const { magnitude, phase } = magnitudeAndPhase(this.#network.forward(tf.transpose(mel, [0, 2, 1]))); // (B · T, bins)
      const apart = (rows: tf.Tensor2D) =>
        tf.transpose(tf.reshape(rows, [batch, frames, rows.shape[1]]), [0, 2, 1]) as tf.Tensor3D; // (B, bins, T)
      return { magnitude: apart(magnitude), phase: apart(phase) };
    });
  }

  /**
   * Writes `config.yaml` and `model.safetensors` into a folder that is made if need be: both, or none. The tensors are those
   * of the package's `pytorch_model.bin`, windows and mel filters included.
   *
   * @throws WriteError where the disk is full, or the folder may not be written to; what stood there before is as it was
   *
   * @example
   * await vocos.savePretrained('build/my-vocos');
   */
  async savePretrained(folder: string): Promise<void> {
    const tensors = new Map<string, TensorData>(buffersOf(this.config, this.#filters));
    for (const [name, variable] of this.parameters) {
      tensors.set(name, { shape: variable.shape, data: (await variable.data()) as Float32Array });
    }
    await writeFolder(folder, async (beside) => {
      await saveSafetensors(join(beside, 'model.safetensors'), tensors);
      await writeWhole(join(beside, 'config.yaml'), new TextEncoder().encode(writeConfig(this.config)));
    });
  }

  /** Frees the parameters now, not when nobody has the model any more. The model cannot be used afterwards. */
  dispose(): void {
    this.#network.dispose();
    for (const variable of this.parameters.values()) variable.dispose();
    trimMemorySoon();
  }
}
