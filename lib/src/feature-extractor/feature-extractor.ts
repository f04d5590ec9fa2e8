import type { HubOptions } from '../hub/download/repository-file.js';
import { type CommitInfo, type PushOptions, pushFiles } from '../hub/push/push-files.js';
import { given, type OrNull } from '../options.js';
import { type BatchFeature, type FeatureExtractionOptions, prepare, type RawAudio } from './prepare-audio.js';
import {
  completeConfig,
  type ExtraFields,
  type PreprocessorConfig,
  readPreprocessorConfig,
  writePreprocessorConfig,
} from './preprocessor-config.js';

/** Prepares audio for a model of the wav2vec 2.0 family, HuBERT among them. Call it like a function. */
export interface Wav2Vec2FeatureExtractor extends PreprocessorConfig {
  /**
   * @param audio - a waveform (samples), or an array of waveforms; one channel, at the model's sampling rate
   * @returns a batch, also of one waveform: `inputValues` and `attentionMask`, each (batch, samples); its arrays are new
   * @throws SamplingRateError if the audio has another sampling rate than {@link PreprocessorConfig.samplingRate}
   * @throws ParameterError for audio that is empty, not mono or not finite, and for options out of range
   */
  (audio: RawAudio | readonly RawAudio[], options?: OrNull<FeatureExtractionOptions>): BatchFeature;
  /** Writes `preprocessor_config.json` into a folder, which is made if need be. */
  savePretrained(folder: string): Promise<void>;
  /**
   * Commits `preprocessor_config.json` to a repository on the Hub, or writes it into `options.folder`. Options and errors
   * are those of a model's `pushToHub`; the commit is called 'Upload feature extractor' by default.
   */
  pushToHub(repoId: string, options?: OrNull<PushOptions>): Promise<CommitInfo>;
}

/** Reads a feature extractor's configuration, some of its fields overridden. */
export type FeatureExtractorLoader = (
  idOrFolder: string,
  options?: OrNull<Partial<PreprocessorConfig> & HubOptions>,
) => Promise<Wav2Vec2FeatureExtractor>;

/** Makes feature extractors, from options or from what {@link Wav2Vec2FeatureExtractor.savePretrained} wrote. */
export interface Wav2Vec2FeatureExtractorClass {
  /** @throws ParameterError for options out of range */
  new (options?: OrNull<Partial<PreprocessorConfig>>): Wav2Vec2FeatureExtractor;
  readonly prototype: Wav2Vec2FeatureExtractor;
  /** See {@link AutoFeatureExtractor}. */
  readonly fromPretrained: FeatureExtractorLoader;
}

/**
 * Prepares audio for a model, like `transformers.Wav2Vec2FeatureExtractor`: pads, truncates, and scales each waveform to
 * zero mean and unit variance, (x − mean) / √(variance + 1e-7).
 *
 * As in Transformers, mean and variance are those of the audio where an attention mask is asked for, and those of audio
 * and padding together where it is not. They are also taken from the beginning of the row, and padding set at its end:
 * with `paddingSide: 'left'` and a mask, switch `doNormalize` off.
 *
 * @throws ParameterError for options out of range
 *
 * @example
 * const extractor = new Wav2Vec2FeatureExtractor({ returnAttentionMask: true });
 * const { inputValues, attentionMask } = extractor([speech, music], { samplingRate: 16000, padding: true });
 * inputValues[0].length === attentionMask![1].length; // both rows have the longer waveform's length
 */
export const Wav2Vec2FeatureExtractor: Wav2Vec2FeatureExtractorClass = Object.assign(
  function Wav2Vec2FeatureExtractor(options: OrNull<Partial<PreprocessorConfig>> = {}): Wav2Vec2FeatureExtractor {
    return callable(completeConfig(given<Partial<PreprocessorConfig>>(options)), {});
  } as unknown as Wav2Vec2FeatureExtractorClass,
  { fromPretrained },
);
// Extractors are functions, and instances of their class all the same.
Object.setPrototypeOf(Wav2Vec2FeatureExtractor.prototype, Function.prototype);
Wav2Vec2FeatureExtractor.prototype.pushToHub = function (repoId, options = {}) {
  const chosen = given<PushOptions>(options);
  return pushFiles(repoId, (folder) => this.savePretrained(folder), {
    commitMessage: 'Upload feature extractor',
    ...chosen,
  });
};

/**
 * Finds the feature extractor that belongs to a checkpoint, like `transformers.AutoFeatureExtractor`.
 *
 * `fromPretrained(idOrFolder, options)` reads `preprocessor_config.json` in a folder, or of a repository on the Hub. The
 * options override what it says.
 *
 * @throws CheckpointError if there is no such file, or it belongs to another kind of feature extractor
 * @throws HubError if the Hub does not hand it out
 *
 * @example
 * const extractor = await AutoFeatureExtractor.fromPretrained('ntu-spml/distilhubert', { doNormalize: true });
 */
export const AutoFeatureExtractor: { readonly fromPretrained: FeatureExtractorLoader } = { fromPretrained };

async function fromPretrained(
  idOrFolder: string,
  chosen: OrNull<Partial<PreprocessorConfig> & HubOptions> = {},
): Promise<Wav2Vec2FeatureExtractor> {
  const options = given<Partial<PreprocessorConfig> & HubOptions>(chosen);
  completeConfig(options);
  const { config, extra } = await readPreprocessorConfig(idOrFolder, options);
  return callable(completeConfig({ ...config, ...options }), extra);
}

function callable(config: PreprocessorConfig, extra: ExtraFields): Wav2Vec2FeatureExtractor {
  let warned = false;
  const warn = () => {
    if (warned) return;
    warned = true;
    console.warn(
      `Wav2Vec2FeatureExtractor: give samplingRate, or waveforms with theirs; ` +
        `samples at another rate than ${config.samplingRate} Hz pass unnoticed otherwise`,
    );
  };
  const extractor = (audio: RawAudio | readonly RawAudio[], options: OrNull<FeatureExtractionOptions> = {}) =>
    prepare(config, audio, given<FeatureExtractionOptions>(options), warn);
  // That has pushToHub.
  Object.setPrototypeOf(extractor, Wav2Vec2FeatureExtractor.prototype);
  return Object.assign(extractor, config, {
    savePretrained: (folder: string) => writePreprocessorConfig(folder, config, extra),
  }) as Wav2Vec2FeatureExtractor;
}
