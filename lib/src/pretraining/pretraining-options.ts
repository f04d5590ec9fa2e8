import { ParameterError } from '../errors.js';
import type { ModelConfig } from '../hubert/config.js';
import { camelCase, snakeCase } from '../json.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireInteger, requireNumber, requirePositive } from '../validation.js';

/** fairseq's options of HuBERT's pre-training; the defaults are those that made HuBERT Base (`hubert_base_librispeech`). */
export interface PretrainingOptions {
  /** How many classes each set of labels has: the clusters. Only a checkpoint from pre-training knows them. */
  numClasses?: readonly number[];
  /** Labels a second; default 50, one for each frame. Of a higher rate, a frame takes the label where it begins. */
  labelRate?: number;
  /** What the model hears, in Hz; default 16,000. */
  samplingRate?: number;
  /** Width of the space in which frames meet clusters; default 256; 0: the transformer's. */
  finalDim?: number;
  /** Project the frames once for each set of labels (the default), or once for all. */
  untieFinalProj?: boolean;
  /** What cosines are divided by; default 0.1. */
  logitTemp?: number;
  /** Send the clusters' vectors through a gated linear layer first; default false. */
  targetGlu?: boolean;
  /** What the gradient is multiplied by where it enters the feature encoder, in [0, 1]; default 0.1. */
  featureGradMult?: number;
  /** How much masked frames weigh in the loss; default 1. */
  predMaskedWeight?: number;
  /** How much the others weigh; default 0. */
  predNomaskWeight?: number;
  /** How much the mean square of the convolutions' features weighs: one number, or none; default [10]. */
  lossWeights?: readonly number[];
  /** Dropout of the projected features; default 0.1. It is kept as `feat_proj_dropout`. */
  dropoutInput?: number;
  /** Dropout of features that HuBERT's loss does not use: without effect, as in fairseq; default 0.1. */
  dropoutFeatures?: number;
  /** The share of frames that the masked spans would cover if none overlapped, in (0, 1]; default 0.8. */
  maskProb?: number;
  /** The length of a masked span, in frames; default 10. */
  maskLength?: number;
  /** The same for channels, which become 0; default 0, none. */
  maskChannelProb?: number;
  /** The length of a masked span, in channels; default 10. */
  maskChannelLength?: number;
  /** Do not count what is right among masked frames; default false. */
  skipMasked?: boolean;
  /** Do not count what is right among the others; default false. */
  skipNomask?: boolean;
}

/** The options of a model, each with its value. */
export type PretrainingSettings = Readonly<Required<PretrainingOptions>>;

const DEFAULTS: PretrainingSettings = {
  numClasses: [],
  labelRate: 50,
  samplingRate: 16000,
  finalDim: 256,
  untieFinalProj: true,
  logitTemp: 0.1,
  targetGlu: false,
  featureGradMult: 0.1,
  predMaskedWeight: 1,
  predNomaskWeight: 0,
  lossWeights: [10],
  dropoutInput: 0.1,
  dropoutFeatures: 0.1,
  maskProb: 0.8,
  maskLength: 10,
  maskChannelProb: 0,
  maskChannelLength: 10,
  skipMasked: false,
  skipNomask: false,
};

/** The names of the options, in camelCase. */
export const PRETRAINING_OPTIONS: readonly string[] = Object.keys(DEFAULTS);

/** Where `config.json` has the options that Transformers does not know, in fairseq's names. */
const KEY = 'pretraining';

/**
 * A configuration with options of pre-training: those given, else those that it has already, else the defaults.
 *
 * @throws ParameterError for an option out of range, and where nothing says how many classes there are
 */
export function pretrainingConfig(config: ModelConfig, options: OrNull<PretrainingOptions>): ModelConfig {
  const chosen = given<PretrainingOptions>(options);
  const stored = storedOptions(config);
  const dropoutInput = chosen.dropoutInput ?? (stored ? config.featProjDropout : DEFAULTS.dropoutInput);
  const settings: PretrainingSettings = { ...DEFAULTS, ...stored, ...chosen, dropoutInput };
  checkSettings(settings, config);
  const { dropoutInput: _, ...written } = settings;
  const entries = Object.entries(written).map(([name, value]) => [snakeCase(name), value]);
  return {
    ...config,
    featProjDropout: dropoutInput,
    extra: { ...config.extra, [KEY]: Object.fromEntries(entries) },
  };
}

/**
 * The options in a configuration.
 *
 * @throws ParameterError for a configuration without them, or with others than {@link pretrainingConfig} makes
 */
export function pretrainingSettings(config: ModelConfig): PretrainingSettings {
  const settings = { ...DEFAULTS, ...storedOptions(config), dropoutInput: config.featProjDropout };
  checkSettings(settings, config);
  return settings;
}

function storedOptions({ extra }: ModelConfig): PretrainingOptions | undefined {
  const stored = extra[KEY];
  if (typeof stored !== 'object' || stored === null) return undefined;
  const entries = Object.entries(stored).map(([name, value]): [string, unknown] => [camelCase(name), value]);
  return Object.fromEntries(entries.filter(([name]) => PRETRAINING_OPTIONS.includes(name)));
}

function checkSettings(settings: PretrainingSettings, { modelType, convStride }: ModelConfig): void {
  const { numClasses, lossWeights, predMaskedWeight, predNomaskWeight, skipMasked, skipNomask } = settings;
  if (modelType !== 'hubert') {
    throw new ParameterError(`the configuration is one of ${modelType}; clusters are what HuBERT learns from`);
  }
  if (!Array.isArray(numClasses) || numClasses.length === 0) {
    throw new ParameterError(
      'nothing says how many clusters there are; give numClasses, a number for each set of labels',
    );
  }
  for (const [i, classes] of numClasses.entries()) requireInteger(`numClasses[${i}]`, classes);
  requirePositive('labelRate', settings.labelRate);
  requireInteger('samplingRate', settings.samplingRate);
  if (labelsPerFrame(settings, { convStride }) < 1) {
    throw new ParameterError(`labelRate is ${settings.labelRate}; give a label for each frame at least`);
  }
  requireInteger('finalDim', settings.finalDim, 0);
  requirePositive('logitTemp', settings.logitTemp);
  for (const name of ['featureGradMult', 'dropoutInput', 'dropoutFeatures', 'maskProb', 'maskChannelProb'] as const) {
    requireNumber(name, settings[name], 0, 1);
  }
  requirePositive('maskProb', settings.maskProb);
  for (const name of ['predMaskedWeight', 'predNomaskWeight'] as const) requireNumber(name, settings[name], 0);
  for (const name of ['maskLength', 'maskChannelLength'] as const) requireInteger(name, settings[name]);
  for (const name of ['untieFinalProj', 'targetGlu', 'skipMasked', 'skipNomask'] as const) {
    requireChoice(name, settings[name], [true, false]);
  }
  if (!Array.isArray(lossWeights) || lossWeights.length > 1) {
    throw new ParameterError(
      `lossWeights is ${JSON.stringify(lossWeights)}; give [weight] for the features' mean square, or []`,
    );
  }
  for (const weight of lossWeights) requireNumber('lossWeights[0]', weight, 0);
  if (predMaskedWeight === 0 && predNomaskWeight === 0) {
    throw new ParameterError('predMaskedWeight and predNomaskWeight are 0, so that no frame has to be told');
  }
  const skipped = { predMaskedWeight: skipMasked, predNomaskWeight: skipNomask };
  for (const [name, isSkipped] of Object.entries(skipped)) {
    const weight = settings[name as keyof typeof skipped];
    if (isSkipped && weight > 0) throw new ParameterError(`${name} is ${weight} for frames that are skipped; give 0`);
  }
}

/** How many labels go with a frame: fairseq's `feat2tar_ratio`. */
export function labelsPerFrame(
  { labelRate, samplingRate }: PretrainingSettings,
  { convStride }: Pick<ModelConfig, 'convStride'>,
): number {
  return (labelRate * convStride.reduce((product, stride) => product * stride, 1)) / samplingRate;
}
