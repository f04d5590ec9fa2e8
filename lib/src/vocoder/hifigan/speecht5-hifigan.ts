import { join } from 'node:path';
import { openWeights } from '../../checkpoint/open-weights.js';
import { saveSafetensors, type TensorData } from '../../checkpoint/save-safetensors.js';
import type { FloatMatrix } from '../../dsp/float-matrix.js';
import type { Waveform } from '../../dsp/waveform.js';
import { CheckpointError } from '../../errors.js';
import { writeWhole } from '../../files.js';
import { type HubOptions, repositoryFile } from '../../hub/download/repository-file.js';
import { formatJson, readJson } from '../../json.js';
import { given, type OrNull } from '../../options.js';
import { collectSoon, freeWhenForgotten } from '../../tensor/forgotten.js';
import type { tf } from '../../tensor/tensorflow.js';
import { trimMemorySoon } from '../../trim-memory.js';
import { writeFolder } from '../../write-folder.js';
import { framesOf, melNumbers, requireSound } from '../mel-input.js';
import { readWeights, reportUnused } from '../read-weights.js';
import type { SpeechT5HifiGanConfig } from './config.js';
import { readConfig, writeConfig } from './config-file.js';
import { HifiGanGenerator } from './generator.js';
import { parameterSpecs } from './parameters.js';
import { speechMel } from './speech-mel.js';
import { withoutWeightNorm } from './weight-norm.js';

/**
 * HiFi-GAN (Kong, Kim and Bae 2020): a mel spectrogram → sound, sample by sample, like `transformers.SpeechT5HifiGan`.
 *
 * @example
 * const vocoder = await SpeechT5HifiGan.fromPretrained('microsoft/speecht5_hifigan');
 * const speech = await load(path, { sampleRate: vocoder.sampleRate });
 * play(vocoder.decode(vocoder.melSpectrogram(speech)));
 */
export class SpeechT5HifiGan {
  readonly config: SpeechT5HifiGanConfig;
  /** The parameters by their names in a checkpoint, in PyTorch's layout; they live as long as the model or this map does. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly #generator: HifiGanGenerator;

  private constructor(config: SpeechT5HifiGanConfig, parameters: ReadonlyMap<string, tf.Variable>) {
    this.config = config;
    this.parameters = parameters;
    this.#generator = new HifiGanGenerator(config, (name) => parameters.get(name)!);
    freeWhenForgotten(parameters, { tensors: Object.fromEntries(parameters) });
    collectSoon();
  }

  /**
   * Reads `config.json` and the weights (`model.safetensors` or `pytorch_model.bin`) from a folder, or from the Hub. Weights
   * may be under weight norm, in either of PyTorch's spellings.
   *
   * @param idOrFolder - a folder, or 'owner/name' on the Hub: 'microsoft/speecht5_hifigan'
   * @throws CheckpointError that names the field or tensor, for what is missing, does not fit or is not supported
   * @throws HubError if the Hub refuses or cannot be reached
   *
   * @example
   * const vocoder = await SpeechT5HifiGan.fromPretrained('microsoft/speecht5_hifigan');
   */
  static async fromPretrained(idOrFolder: string, options: OrNull<HubOptions> = {}): Promise<SpeechT5HifiGan> {
    const chosen = given<HubOptions>(options);
    const find = (file: string) => repositoryFile(idOrFolder, file, chosen);
    const path = await find('config.json');
    if (path === undefined) throw new CheckpointError(`${idOrFolder} has no config.json, so it is no model`);
    const config = readConfig(await readJson(path), path);
    const checkpoint = await openWeights(idOrFolder, find);
    try {
      const plain = withoutWeightNorm(checkpoint);
      const specs = parameterSpecs(config);
      const parameters = readWeights(plain, specs);
      reportUnused(plain, idOrFolder, specs.keys());
      return new SpeechT5HifiGan(config, parameters);
    } finally {
      checkpoint.close();
    }
  }

  /** Of the sound that it takes and gives, in Hz. */
  get sampleRate(): number {
    return this.config.samplingRate;
  }

  /**
   * The mel spectrogram of SpeechT5, like `SpeechT5FeatureExtractor()(audio_target=y)`: base-10 logarithms of amplitudes
   * between 80 and 7,600 Hz, of 1e-10 at least. Python's has frames as rows.
   *
   * @returns bands × frames
   * @throws ParameterError for an empty waveform, samples that are not finite, and a vocoder of such a sampling rate that
   * SpeechT5's frames of 64 ms are no power of two
   * @throws SamplingRateError for another sampling rate than the vocoder's
   *
   * @example
   * const mel = vocoder.melSpectrogram(await load(path, { sampleRate: vocoder.sampleRate })); // 80 × frames
   */
  melSpectrogram(waveform: Waveform): FloatMatrix {
    requireSound(waveform, this.sampleRate);
    return speechMel(waveform, this.config.modelInDim);
  }

  /**
   * A mel spectrogram → sound, like `vocoder(spectrogram)` with frames as rows. The memory that it takes does not grow with
   * the network's share of a long one.
   *
   * @param mel - bands × frames, as {@link melSpectrogram} gives them
   * @returns 256 samples for each frame, with the default rates, in [-1, 1]
   * @throws ParameterError for another number of bands, no frames, and numbers that are not finite
   *
   * @example
   * const { samples, sampleRate } = vocoder.decode(mel);
   */
  decode(mel: FloatMatrix): Waveform {
    const bands = this.config.modelInDim;
    const frames = framesOf(melNumbers(mel, bands), bands, 0, mel.columns);
    return { samples: this.#generator.synthesise(frames, mel.columns), sampleRate: this.sampleRate };
  }

  /**
   * Writes `config.json` and `model.safetensors` as Transformers does, into a folder that is made if need be: both, or none.
   *
   * @throws WriteError where the disk is full, or the folder may not be written to; what stood there before is as it was
   *
   * @example
   * await vocoder.savePretrained('build/my-vocoder');
   */
  async savePretrained(folder: string): Promise<void> {
    const config = { ...writeConfig(this.config), architectures: ['SpeechT5HifiGan'], dtype: 'float32' };
    const json = new TextEncoder().encode(`${formatJson(config, 2)}\n`);
    const tensors = new Map<string, TensorData>();
    for (const [name, variable] of this.parameters) {
      tensors.set(name, { shape: variable.shape, data: (await variable.data()) as Float32Array });
    }
    await writeFolder(folder, async (beside) => {
      await saveSafetensors(join(beside, 'model.safetensors'), tensors);
      await writeWhole(join(beside, 'config.json'), json);
    });
  }

  /** Frees the parameters now, not when nobody has the model any more. The model cannot be used afterwards. */
  dispose(): void {
    this.#generator.dispose();
    for (const variable of this.parameters.values()) variable.dispose();
    trimMemorySoon();
  }
}
