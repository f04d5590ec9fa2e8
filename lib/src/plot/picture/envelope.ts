/** The lowest and the highest sample of each bin of `hop` samples; the last bin may be shorter. */
export interface Envelope {
  low: Float32Array;
  high: Float32Array;
  /** Samples per bin. */
  hop: number;
}

/** Reduces a signal to at most `bins` pairs of extremes, so that no peak is lost. */
export function envelope(samples: Float32Array, bins: number): Envelope {
  const hop = Math.max(1, Math.ceil(samples.length / bins));
  const count = Math.ceil(samples.length / hop);
  const low = new Float32Array(count);
  const high = new Float32Array(count);
  for (let bin = 0; bin < count; bin++) {
    const end = Math.min(samples.length, (bin + 1) * hop);
    let least = samples[bin * hop];
    let most = least;
    for (let i = bin * hop + 1; i < end; i++) {
      if (samples[i] < least) least = samples[i];
      else if (samples[i] > most) most = samples[i];
    }
    low[bin] = least;
    high[bin] = most;
  }
  return { low, high, hop };
}
