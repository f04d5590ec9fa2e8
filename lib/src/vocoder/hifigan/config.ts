/** What Transformers' `SpeechT5HifiGanConfig` has, in camelCase. */
export interface SpeechT5HifiGanConfig {
  /** Bands of the mel spectrogram; default 80. */
  modelInDim: number;
  /** Samples per second, in Hz; default 16,000. */
  samplingRate: number;
  /** Channels before the first upsampling, each of which halves them; default 512. */
  upsampleInitialChannel: number;
  /** Outputs for each input of every upsampling; default [4, 4, 4, 4]. */
  upsampleRates: readonly number[];
  /** Taps of every upsampling; default [8, 8, 8, 8]. */
  upsampleKernelSizes: readonly number[];
  /** Taps of the residual blocks after each upsampling, odd; default [3, 7, 11]. */
  resblockKernelSizes: readonly number[];
  /** For each of these blocks, how far apart the taps of its convolutions are; default three times [1, 3, 5]. */
  resblockDilationSizes: readonly (readonly number[])[];
  /** Of the weights before training; default 0.01. */
  initializerRange: number;
  /** Slope of the activations below 0; default 0.1. */
  leakyReluSlope: number;
  /** Whether the mel spectrogram is normalised by the checkpoint's `mean` and `scale` first; default true. */
  normalizeBefore: boolean;
  /** Keys of the file that onpa does not know. */
  extra: Readonly<Record<string, unknown>>;
}

/** Transformers' defaults. */
export const DEFAULTS: Omit<SpeechT5HifiGanConfig, 'extra'> = {
  modelInDim: 80,
  samplingRate: 16000,
  upsampleInitialChannel: 512,
  upsampleRates: [4, 4, 4, 4],
  upsampleKernelSizes: [8, 8, 8, 8],
  resblockKernelSizes: [3, 7, 11],
  resblockDilationSizes: [
    [1, 3, 5],
    [1, 3, 5],
    [1, 3, 5],
  ],
  initializerRange: 0.01,
  leakyReluSlope: 0.1,
  normalizeBefore: true,
};

/** Samples for each frame of the mel spectrogram. */
export const samplesPerFrame = ({ upsampleRates }: SpeechT5HifiGanConfig): number =>
  upsampleRates.reduce((product, rate) => product * rate, 1);

/** Channels after upsampling `i`; before the first one for -1. */
export const channelsAfter = ({ upsampleInitialChannel }: SpeechT5HifiGanConfig, i: number): number =>
  Math.floor(upsampleInitialChannel / 2 ** (i + 1));
