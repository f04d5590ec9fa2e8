import { ParameterError } from '../../errors.js';
import { given, type OrNull } from '../../options.js';
import { likelyName } from '../../python-names.js';
import { configProblem } from './check-config.js';
import {
  FEATURE_DEFAULTS,
  type VocosBackbone,
  type VocosConfig,
  type VocosConfigOptions,
  type VocosFeatures,
  type VocosHead,
} from './config.js';

/** The fields of the backbone and the head, whose defaults depend on others. */
const BACKBONE = ['inputChannels', 'dim', 'intermediateDim', 'numLayers', 'layerScaleInitValue'];
const HEAD = ['dim', 'nFft', 'hopLength', 'padding'];

/**
 * Completes a configuration: sizes are those of `charactr/vocos-mel-24khz`, and the parts fit each other.
 *
 * @throws ParameterError for fields that there are not, and values that make no model
 */
export function completeConfig(options: OrNull<VocosConfigOptions> = {}): VocosConfig {
  const parts = given<VocosConfigOptions>(options);
  requireKnown('config', parts, ['featureExtractor', 'backbone', 'head']);
  requireKnown('featureExtractor', parts.featureExtractor, Object.keys(FEATURE_DEFAULTS));
  requireKnown('backbone', parts.backbone, BACKBONE);
  requireKnown('head', parts.head, HEAD);
  const featureExtractor = {
    ...FEATURE_DEFAULTS,
    ...given<Partial<VocosFeatures>, 'fMax' | 'norm'>(parts.featureExtractor, 'fMax', 'norm'),
  };
  const { nMels, nFft, hopLength, padding } = featureExtractor;
  const sizes = { inputChannels: nMels, dim: 512, intermediateDim: 1536, numLayers: 8, layerScaleInitValue: null };
  const backbone = { ...sizes, ...given<Partial<VocosBackbone>>(parts.backbone) };
  const head = { dim: backbone.dim, nFft, hopLength, padding, ...given<Partial<VocosHead>>(parts.head) };
  const config = { featureExtractor, backbone, head };
  const problem = configProblem(config, ([part, field]) => `${part}.${field}`);
  if (problem) throw new ParameterError(problem);
  return config;
}

function requireKnown(part: string, fields: object | undefined, known: readonly string[]): void {
  const unknown = Object.keys(fields ?? {}).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  const meant = likelyName(unknown, known) ?? `one of ${known.join(', ')}`;
  throw new ParameterError(`${part} has no field ${unknown}; give ${meant}`);
}
