import type { OrNull } from '../../options.js';

/** How frames lie on the sound: centred at multiples of the hop, or as many as fill the sound. */
export type VocosPadding = 'center' | 'same';

/** The mel spectrogram that a Vocos was trained on. */
export interface VocosFeatures {
  /** Samples per second, in Hz; default 24,000. */
  sampleRate: number;
  /** Samples of a frame; default 1024. */
  nFft: number;
  /** Samples from frame to frame; default 256. */
  hopLength: number;
  /** Bands; default 100. */
  nMels: number;
  /** Default 'center'. */
  padding: VocosPadding;
  /** The lowest frequency in Hz; default 0. */
  fMin: number;
  /** The highest frequency in Hz; null (the default) is half the sampling rate. */
  fMax: number | null;
  /** Triangles of the same area ('slaney') or height (null, the default). */
  norm: 'slaney' | null;
  /** Default 'htk'. */
  melScale: 'htk' | 'slaney';
}

/** The sizes of the network between mel and spectrum. */
export interface VocosBackbone {
  /** Bands of the mel spectrogram. */
  inputChannels: number;
  /** Channels of a frame; default 512. */
  dim: number;
  /** Channels within a block; default 1536. */
  intermediateDim: number;
  /** Blocks; default 8. */
  numLayers: number;
  /** What each block's share begins with; null (the default) is 1 / numLayers. */
  layerScaleInitValue: number | null;
}

/** The inverse Fourier transform at the end. */
export interface VocosHead {
  /** Channels of a frame, as in the backbone. */
  dim: number;
  /** Samples of a frame, an even number. */
  nFft: number;
  hopLength: number;
  padding: VocosPadding;
}

/** What a `config.yaml` of Vocos says, in camelCase. */
export interface VocosConfig {
  featureExtractor: VocosFeatures;
  backbone: VocosBackbone;
  head: VocosHead;
}

/** A configuration in part: the rest is as in the package vocos and its public checkpoints. */
export interface VocosConfigOptions {
  featureExtractor?: OrNull<Partial<VocosFeatures>>;
  backbone?: OrNull<Partial<VocosBackbone>>;
  head?: OrNull<Partial<VocosHead>>;
}

/** The defaults of the package's MelSpectrogramFeatures, and of torchaudio's MelSpectrogram below it. */
export const FEATURE_DEFAULTS: VocosFeatures = {
  sampleRate: 24000,
  nFft: 1024,
  hopLength: 256,
  nMels: 100,
  padding: 'center',
  fMin: 0,
  fMax: null,
  norm: null,
  melScale: 'htk',
};
