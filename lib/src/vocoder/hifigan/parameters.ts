import type { Initializer, ParameterSpec } from '../../tensor/initialise.js';
import { channelsAfter, type SpeechT5HifiGanConfig } from './config.js';

/** Taps of the first and the last convolution. */
export const END_TAPS = 7;

/** The parameters, and `mean` and `scale`, by their names in a checkpoint; as Transformers initialises them. */
export function parameterSpecs(config: SpeechT5HifiGanConfig): Map<string, ParameterSpec> {
  const { modelInDim, upsampleInitialChannel, upsampleRates, upsampleKernelSizes, initializerRange } = config;
  const specs = new Map<string, ParameterSpec>();
  const weight: Initializer = { normal: initializerRange };
  const convolution = (name: string, shape: [number, number, number], outputs: number) => {
    specs.set(`${name}.weight`, { shape, init: weight });
    specs.set(`${name}.bias`, { shape: [outputs], init: { constant: 0 } });
  };
  const same = (name: string, channels: number, size: number) =>
    convolution(name, [channels, channels, size], channels);
  convolution('conv_pre', [upsampleInitialChannel, modelInDim, END_TAPS], upsampleInitialChannel);
  for (const i of upsampleRates.keys()) {
    const channels = channelsAfter(config, i);
    // A transposed convolution's kernel: inputs before outputs.
    convolution(`upsampler.${i}`, [channelsAfter(config, i - 1), channels, upsampleKernelSizes[i]], channels);
    for (const { name, size, dilations } of residualBlocks(config, i)) {
      for (const j of dilations.keys()) {
        same(`${name}.convs1.${j}`, channels, size);
        same(`${name}.convs2.${j}`, channels, size);
      }
    }
  }
  convolution('conv_post', [1, channelsAfter(config, upsampleRates.length - 1), END_TAPS], 1);
  specs.set('mean', { shape: [modelInDim], init: { constant: 0 }, trainable: false });
  specs.set('scale', { shape: [modelInDim], init: { constant: 1 }, trainable: false });
  return specs;
}

/** A residual block: its name, its taps, and how far apart they are in each of its convolutions. */
export interface ResidualBlock {
  name: string;
  size: number;
  dilations: readonly number[];
}

/** The residual blocks after upsampling `i`, whose outputs are averaged. */
export const residualBlocks = (
  { resblockKernelSizes, resblockDilationSizes }: SpeechT5HifiGanConfig,
  i: number,
): ResidualBlock[] =>
  resblockKernelSizes.map((size, j) => ({
    name: `resblocks.${i * resblockKernelSizes.length + j}`,
    size,
    dilations: resblockDilationSizes[j],
  }));
