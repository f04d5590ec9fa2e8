import { load } from './audio/load.js';
import type { AudioSource } from './audio/source.js';
import { resample } from './dsp/resample.js';
import { isWaveform, type Waveform } from './dsp/waveform.js';
import { ParameterError } from './errors.js';
import { AutoFeatureExtractor, type Wav2Vec2FeatureExtractor } from './feature-extractor/feature-extractor.js';
import type { HubOptions } from './hub/download/repository-file.js';
import { type ModelConfig, receptiveField } from './hubert/config.js';
import type { HubertForSequenceClassification } from './hubert/models.js';
import { AutoModelForAudioClassification } from './hubert/pretrained/auto-model.js';
import type { FromPretrainedOptions } from './hubert/pretrained/from-pretrained.js';
import { given, type OrNull } from './options.js';
import { softmax } from './softmax.js';
import { tf } from './tensor/tensorflow.js';
import { noteFinite, requireChoice, requireFinite, requireInteger, requireRate } from './validation.js';

/** What a pipeline can do. */
export type PipelineTask = 'audio-classification';

/** Sound to classify: a path, a `file:` or `http(s):` URL, the bytes of a file, or a waveform at any sampling rate. */
export type PipelineAudio = AudioSource | Waveform;

/** A label and its score. */
export interface LabelScore {
  /** A probability; with `functionToApply: 'none'` what the model gave. */
  score: number;
  label: string;
}

/** Which scores a pipeline gives. */
export interface ScoreOptions {
  /** How many labels, the best first; default 5; all where it is null, or there are fewer. */
  topK?: number | null;
  /**
   * What makes scores of the model's logits. By default the configuration's `problem_type` decides: `none` for
   * `regression`, `sigmoid` for `multi_label_classification`, else `softmax`.
   */
  functionToApply?: ScoreFunction;
}

/** See {@link ScoreOptions}. */
export type ScoreFunction = 'softmax' | 'sigmoid' | 'none';

/** Options of {@link pipeline}. */
export interface PipelineOptions extends ScoreOptions, HubOptions {
  /** A repository of the Hub, a folder, or a model, which is switched to evaluation. */
  model: string | HubertForSequenceClassification;
  /** A repository, a folder, or a feature extractor; default the one that lies with the model. */
  featureExtractor?: string | Wav2Vec2FeatureExtractor;
  /** As `fromPretrained` takes it; a model that is given keeps its own. */
  dtype?: FromPretrainedOptions['dtype'];
}

/** Says what is heard in a sound. */
export interface AudioClassificationPipeline {
  /**
   * @param options - instead of those of {@link pipeline}
   * @returns labels, the best first; of an array of sounds an array of them. Sounds are read and classified one by one
   * @throws ParameterError for sound that is shorter than one frame of the model or not finite everywhere
   * @throws AudioDecodeError for sound that cannot be read
   */
  (audio: readonly PipelineAudio[], options?: OrNull<ScoreOptions>): Promise<LabelScore[][]>;
  (audio: PipelineAudio, options?: OrNull<ScoreOptions>): Promise<LabelScore[]>;
  (
    audio: PipelineAudio | readonly PipelineAudio[],
    options?: OrNull<ScoreOptions>,
  ): Promise<LabelScore[] | LabelScore[][]>;
  readonly task: PipelineTask;
  /** Its `dispose` frees the weights. */
  readonly model: HubertForSequenceClassification;
  readonly featureExtractor: Wav2Vec2FeatureExtractor;
}

const TASKS: readonly PipelineTask[] = ['audio-classification'];

/**
 * All the way from a sound to its labels, like `transformers.pipeline`: reads it, mixes it to mono, resamples it to the
 * model's rate, prepares it, runs the model, and sorts the scores.
 *
 * @throws ParameterError for a task that there is not, and for options out of range
 * @throws CheckpointError, HubError if the model or its feature extractor cannot be loaded
 *
 * @example
 * const classify = await pipeline('audio-classification', { model: 'me/distilhubert-finetuned-gtzan' });
 * const [{ label, score }] = await classify('trumpet.ogg');
 */
export async function pipeline(
  task: PipelineTask,
  options: OrNull<PipelineOptions>,
): Promise<AudioClassificationPipeline> {
  requireChoice('task', task, TASKS);
  const { topK = 5 } = options;
  const {
    model: chosen,
    featureExtractor: extractor = chosen,
    functionToApply,
    dtype,
    ...hub
  } = given<PipelineOptions>(options);
  requireScoreOptions({ topK, functionToApply });
  if (!chosen) throw new ParameterError('model is missing; give a repository of the Hub, a folder, or a model');
  if (typeof extractor === 'object') {
    throw new ParameterError(
      'featureExtractor is missing, and a model does not know its own; give a repository of the Hub, a folder, ' +
        'or what AutoFeatureExtractor.fromPretrained gave',
    );
  }
  // The small file first: where it is missing, no weights are read in vain.
  const featureExtractor =
    typeof extractor === 'string' ? await AutoFeatureExtractor.fromPretrained(extractor, hub) : extractor;
  const model =
    typeof chosen === 'string'
      ? await AutoModelForAudioClassification.fromPretrained(chosen, { ...hub, dtype })
      : chosen;
  model.eval();

  const classify = async (name: string, audio: PipelineAudio, scoring: ScoreOptions): Promise<LabelScore[]> => {
    const waveform = await read(audio, featureExtractor.samplingRate);
    requireFrame(name, waveform, receptiveField(model.config));
    const batch = featureExtractor(waveform);
    batch.inputValues.forEach(noteFinite);
    const logits = tf.tidy(() => model.forward(batch).logits.dataSync<'float32'>());
    return best(logits, model.config, scoring);
  };
  const audioClassification = async (
    audio: PipelineAudio | readonly PipelineAudio[],
    own: OrNull<ScoreOptions> = {},
  ) => {
    const scoring = {
      topK: own.topK === undefined ? topK : own.topK,
      functionToApply: own.functionToApply ?? functionToApply,
    };
    requireScoreOptions(scoring);
    const isBatch = Array.isArray(audio);
    const sounds = (isBatch ? audio : [audio]) as readonly PipelineAudio[];
    const nameOf = (i: number) => (isBatch ? `audio[${i}]` : 'audio');
    for (const [i, sound] of sounds.entries()) requireAudio(nameOf(i), sound);
    const results: LabelScore[][] = [];
    for (const [i, sound] of sounds.entries()) results.push(await classify(nameOf(i), sound, scoring));
    return isBatch ? results : results[0];
  };
  return Object.assign(audioClassification as AudioClassificationPipeline, { task, model, featureExtractor });
}

function requireScoreOptions({ topK, functionToApply }: ScoreOptions): void {
  if (topK !== undefined && topK !== null) requireInteger('topK', topK);
  if (functionToApply !== undefined) requireChoice('functionToApply', functionToApply, ['softmax', 'sigmoid', 'none']);
}

function requireAudio(name: string, audio: PipelineAudio): void {
  if (isWaveform(audio)) {
    requireRate(`${name}.sampleRate`, audio.sampleRate);
    if (!(audio.samples instanceof Float32Array)) {
      throw new ParameterError(`${name}.samples is no Float32Array; give mono sound, as load does`);
    }
    requireFinite(`${name}.samples`, audio.samples);
  } else if (typeof audio !== 'string' && !(audio instanceof URL) && !(audio instanceof Uint8Array)) {
    throw new ParameterError(`${name} is no sound; give a path, a URL, bytes of a file, or { samples, sampleRate }`);
  }
}

async function read(audio: PipelineAudio, sampleRate: number): Promise<Waveform> {
  if (!isWaveform(audio)) return load(audio, { sampleRate });
  if (audio.samples.length === 0 || audio.sampleRate === sampleRate) return { samples: audio.samples, sampleRate };
  return { samples: resample(audio.samples, { from: audio.sampleRate, to: sampleRate }), sampleRate };
}

function requireFrame(name: string, { samples, sampleRate }: Waveform, least: number): void {
  if (samples.length >= least) return;
  const shown = (length: number) => `${length} samples (${(length / sampleRate).toFixed(4)} s) at ${sampleRate} Hz`;
  throw new ParameterError(`${name} has ${shown(samples.length)}; the model needs at least ${shown(least)}`);
}

function best(logits: Float32Array, config: ModelConfig, { topK, functionToApply }: ScoreOptions): LabelScore[] {
  const scores = FUNCTIONS[functionToApply ?? functionFor(config)](Array.from(logits));
  const order = scores.map((_, id) => id).sort((a, b) => scores[b] - scores[a]);
  return order.slice(0, topK ?? order.length).map((id) => ({ score: scores[id], label: config.id2label[id] }));
}

function functionFor({ problemType }: ModelConfig): ScoreFunction {
  if (problemType === 'regression') return 'none';
  return problemType === 'multi_label_classification' ? 'sigmoid' : 'softmax';
}

const FUNCTIONS: Readonly<Record<ScoreFunction, (logits: number[]) => number[]>> = {
  softmax,
  sigmoid: (logits) => logits.map((x) => 1 / (1 + Math.exp(-x))),
  none: (logits) => logits,
};
