import { ParameterError } from '../errors.js';
import type { ModelConfig } from '../hubert/config.js';
import type { HubertModel } from '../hubert/models.js';
import { given, type OrNull } from '../options.js';
import { initialise } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import { requireChoice, requireInteger, requireNumber } from '../validation.js';
import { type DistillationSettings, Distiller } from './distiller.js';

/** Options of {@link distil}; the names and defaults are s3prl's, but for the layers, which are the paper's. */
export interface DistilOptions {
  /** Who knows already; it stays as it is, and must live as long as the distiller. */
  teacher: HubertModel;
  /** In what the student's configuration differs from the teacher's; default `{ numHiddenLayers: 2 }`. */
  student?: Partial<ModelConfig>;
  /** Which layers of the teacher the student foretells, from 1; 0 is what the first layer gets. Default [4, 8, 12]. */
  layers?: readonly number[];
  /** How far a prediction is off: its mean absolute difference ('l1', the default) or squared difference ('l2'). */
  lossType?: 'l1' | 'l2';
  /** How much the angle between prediction and truth weighs, −log σ(cosine); default 1. */
  cosineLoss?: number;
  /** How much the mean square of the student's convolutions' features weighs; default 0. */
  featPenLoss?: number;
  /** What the gradient is multiplied by where it enters the student's feature encoder, in [0, 1]; default 0.1. */
  featureGradMult?: number;
  /** Width within each head; default the student's. */
  outLayerInterDim?: number;
  /** Begin with the teacher's convolutions and their projection (default true), or at random. */
  initTeacherConvLayers?: boolean;
  /** Begin with the teacher's first layers and its positional convolution (default true), or at random. */
  initTeacherEncoderLayers?: boolean;
  /** For what begins at random: a whole number of at least 0; default another each time. */
  seed?: number;
}

/**
 * A small model that learns to foretell what layers of a large one give, as DistilHuBERT did (Chang et al. 2022): a
 * {@link Trainer} trains what this gives, on sound without labels.
 *
 * As in s3prl, the student has no norm between convolutions and projection, no layer drop and no SpecAugment, and the
 * norm before its first layer begins afresh.
 *
 * @throws ParameterError for a layer that the teacher does not have, for a student that is too wide or deep to begin with
 * the teacher's layers or hears frames of another length, and for options out of range
 *
 * @example
 * const distiller = distil({ teacher, student: { numHiddenLayers: 2 }, layers: [2, 4, 6] });
 * await new Trainer({ model: distiller, trainDataset: clips, featureExtractor }).train();
 * await distiller.savePretrained('build/student');
 * const student = await AutoModel.fromPretrained('build/student');
 */
export function distil(options: OrNull<DistilOptions>): Distiller {
  const chosen = given<DistilOptions>(options);
  const { teacher, initTeacherConvLayers = true, initTeacherEncoderLayers = true, seed } = chosen;
  const config = studentConfig(teacher.config, chosen.student ?? { numHiddenLayers: 2 });
  const settings: DistillationSettings = {
    layers: chosen.layers ?? [4, 8, 12],
    lossType: chosen.lossType ?? 'l1',
    cosineLoss: chosen.cosineLoss ?? 1,
    featPenLoss: chosen.featPenLoss ?? 0,
    featureGradMult: chosen.featureGradMult ?? 0.1,
    outLayerInterDim: chosen.outLayerInterDim ?? config.hiddenSize,
  };
  checkSettings(settings, teacher.config);
  for (const [name, value] of Object.entries({ initTeacherConvLayers, initTeacherEncoderLayers })) {
    requireChoice(name, value, [true, false]);
  }
  if (seed !== undefined) requireInteger('seed', seed, 0);
  if (initTeacherEncoderLayers && config.numHiddenLayers > teacher.config.numHiddenLayers) {
    const counts = `student.numHiddenLayers is ${config.numHiddenLayers}, the teacher has ${teacher.config.numHiddenLayers}`;
    throw new ParameterError(`${counts}; give at most as many, or initTeacherEncoderLayers: false`);
  }
  const specs = Distiller.specs(config, settings, teacher.config);
  const taken = takenFrom(teacher, config, { initTeacherConvLayers, initTeacherEncoderLayers });
  for (const [name, { shape }] of taken) {
    const own = specs.get(`${config.modelType}.${name}`)?.shape ?? [];
    if (own.join() === shape.join()) continue;
    const option = name.startsWith('encoder.') ? 'initTeacherEncoderLayers' : 'initTeacherConvLayers';
    throw new ParameterError(
      `${name} is [${shape.join(', ')}] in the teacher and [${own.join(', ')}] in the student, which cannot begin with it; ` +
        `give the student the teacher's widths, or ${option}: false`,
    );
  }
  const parameters = initialise(specs, seed);
  for (const [name, variable] of taken) {
    // A product, so that TensorFlow has numbers of its own.
    tf.tidy(() => parameters.get(`${config.modelType}.${name}`)!.assign(tf.mul(variable, 1)));
  }
  return new Distiller(teacher, config, settings, parameters);
}

function studentConfig(teacher: ModelConfig, changes: Partial<ModelConfig>): ModelConfig {
  const featProjLayerNorm = teacher.modelType === 'wav2vec2';
  const config = { ...teacher, featProjLayerNorm, featProjDropout: 0, layerdrop: 0, ...changes };
  for (const key of ['convKernel', 'convStride'] as const) {
    if (config[key].join() === teacher[key].join()) continue;
    throw new ParameterError(
      `student.${key} is [${config[key].join(', ')}], the teacher's [${teacher[key].join(', ')}]; frames must be the same`,
    );
  }
  if (config.modelType === teacher.modelType) return config;
  throw new ParameterError(`student.modelType is ${config.modelType}; it must be the teacher's, ${teacher.modelType}`);
}

function checkSettings(settings: DistillationSettings, { numHiddenLayers }: ModelConfig): void {
  const { layers, lossType, cosineLoss, featPenLoss, featureGradMult, outLayerInterDim } = settings;
  if (layers.length === 0) throw new ParameterError('layers is empty; give one layer of the teacher at least');
  for (const [i, layer] of layers.entries()) {
    if (Number.isInteger(layer) && layer >= 0 && layer <= numHiddenLayers) continue;
    throw new ParameterError(
      `layers[${i}] is ${layer}; the teacher has layers 1 to ${numHiddenLayers}, and 0 before them`,
    );
  }
  requireChoice('lossType', lossType, ['l1', 'l2']);
  requireNumber('cosineLoss', cosineLoss, 0);
  requireNumber('featPenLoss', featPenLoss, 0);
  requireNumber('featureGradMult', featureGradMult, 0, 1);
  requireInteger('outLayerInterDim', outLayerInterDim);
}

/** What the student begins with, by its names in the teacher. */
function takenFrom(
  { parameters }: HubertModel,
  { numHiddenLayers }: ModelConfig,
  { initTeacherConvLayers, initTeacherEncoderLayers }: Record<string, boolean>,
): [string, tf.Variable][] {
  const layers = Array.from({ length: numHiddenLayers }, (_, i) => `encoder.layers.${i}.`);
  const beginnings = [
    ...(initTeacherConvLayers ? ['feature_extractor.', 'feature_projection.projection.'] : []),
    ...(initTeacherEncoderLayers ? ['encoder.pos_conv_embed.', ...layers] : []),
  ];
  return [...parameters].filter(([name]) => beginnings.some((beginning) => name.startsWith(beginning)));
}
