import type { VocosConfigOptions } from 'onpa';

/** Of the sound, in Hz. */
export const SAMPLE_RATE = 22_050;
export const N_FFT = 1024;
export const HOP = 256;
export const N_MELS = 80;
/** The highest frequency that the mel spectrogram tells of, in Hz. */
export const F_MAX = 8000;

/** Mel spectrograms as `BSC-LT/vocos-mel-22khz` takes them, and a network that is a twentieth of it. */
export const CONFIG: VocosConfigOptions = {
  featureExtractor: {
    sampleRate: SAMPLE_RATE,
    nFft: N_FFT,
    hopLength: HOP,
    nMels: N_MELS,
    fMin: 0,
    fMax: F_MAX,
    norm: 'slaney',
    melScale: 'slaney',
  },
  backbone: { dim: 320, intermediateDim: 256, numLayers: 2 },
  head: { padding: 'center' },
};

/** Frames of an excerpt, and those at either end that are seen but not learnt from: a clip has no ends there. */
export const FRAMES = 64;
export const MARGIN = 8;
/** Excerpts are played at another level: by this factor at least and at most. */
export const GAIN = [0.25, 2] as const;

/** Below this a magnitude is silence. */
export const SILENCE = 1e-4;

/** How it is trained: the learning rate is Muon's. */
export const RECIPE = { steps: 4000, excerpts: 16, learningRate: 0.02, warmUp: 50 } as const;
