import { ParameterError } from '../../errors.js';
import { given, type OrNull } from '../../options.js';
import { configProblem } from './check-config.js';
import {
  FEATURE_DEFAULTS,
  type VocosBackbone,
  type VocosConfig,
  type VocosConfigOptions,
  type VocosFeatures,
  type VocosHead,
} from './config.js';

/**
 * Completes a configuration: sizes are those of `charactr/vocos-mel-24khz`, and the parts fit each other.
 *
 * @throws ParameterError for values that make no model
 */
export function completeConfig(options: OrNull<VocosConfigOptions> = {}): VocosConfig {
  const parts = given<VocosConfigOptions>(options);
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
