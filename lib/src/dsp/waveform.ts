/** One channel of sound. */
export interface Waveform {
  /** Amplitudes, nominally in [-1, 1]. */
  samples: Float32Array;
  /** Samples per second, in Hz. */
  sampleRate: number;
}
