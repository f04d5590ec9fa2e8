/** One channel of sound. */
export interface Waveform {
  /** Amplitudes, nominally in [-1, 1]. */
  samples: Float32Array;
  /** Samples per second, in Hz. */
  sampleRate: number;
}

/** Several channels of sound of the same length. */
export interface MultiChannelWaveform {
  channels: Float32Array[];
  sampleRate: number;
}

/** Whether `value` looks like a {@link Waveform}; its numbers are not looked at. */
export const isWaveform = (value: unknown): value is Waveform =>
  typeof value === 'object' && value !== null && 'samples' in value;
