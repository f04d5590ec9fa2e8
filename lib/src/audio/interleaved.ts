// Samples of several channels side by side, as files hold them → each channel by itself, or all mixed to one.

/** The mean of the channels, rounded as NumPy does it, into `mono` from `at` on. */
export function mix(samples: Float32Array, channels: number, [mono]: Float32Array[], at: number, count: number): void {
  if (channels === 2) {
    for (let i = 0; i < count; i++) mono[at + i] = Math.fround(samples[2 * i] + samples[2 * i + 1]) / 2;
    return;
  }
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum = Math.fround(sum + samples[i * channels + c]);
    mono[at + i] = sum / channels;
  }
}

/** Each channel into an array of its own, from `at` on. */
export function split(samples: Float32Array, channels: number, sound: Float32Array[], at: number, count: number): void {
  for (let c = 0; c < channels; c++) {
    const channel = sound[c];
    for (let i = 0, from = c; i < count; i++, from += channels) channel[at + i] = samples[from];
  }
}
