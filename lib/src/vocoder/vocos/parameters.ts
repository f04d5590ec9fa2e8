import type { Initializer, ParameterSpec } from '../../tensor/initialise.js';
import type { VocosConfig } from './config.js';

const ZEROS: Initializer = { constant: 0 };
const ONES: Initializer = { constant: 1 };
const NARROW: Initializer = { normal: 0.02 };

/** Taps of the convolutions over time. */
export const TAPS = 7;

/** The parameters by their names in a checkpoint, and how the package vocos initialises them. */
export function parameterSpecs({ backbone, head }: VocosConfig): Map<string, ParameterSpec> {
  const { inputChannels, dim, intermediateDim, numLayers, layerScaleInitValue } = backbone;
  const specs = new Map<string, ParameterSpec>();
  const add = (name: string, shape: number[], init: Initializer) => void specs.set(name, { shape, init });
  const both = (name: string, shape: number[], weight: Initializer, bias = ZEROS) => {
    add(`${name}.weight`, shape, weight);
    add(`${name}.bias`, [shape[0]], bias);
  };
  both('backbone.embed', [dim, inputChannels, TAPS], NARROW);
  both('backbone.norm', [dim], ONES);
  for (let i = 0; i < numLayers; i++) {
    const block = `backbone.convnext.${i}`;
    add(`${block}.gamma`, [dim], { constant: layerScaleInitValue || 1 / numLayers });
    both(`${block}.dwconv`, [dim, 1, TAPS], NARROW);
    both(`${block}.norm`, [dim], ONES);
    both(`${block}.pwconv1`, [intermediateDim, dim], NARROW);
    both(`${block}.pwconv2`, [dim, intermediateDim], NARROW);
  }
  both('backbone.final_layer_norm', [dim], ONES);
  // PyTorch's default for a linear layer.
  const uniform: Initializer = { uniform: [-1 / Math.sqrt(dim), 1 / Math.sqrt(dim)] };
  both('head.out', [head.nFft + 2, dim], uniform, uniform);
  return specs;
}
